//! ARG_MIN: `output = the position of the least element along one dimension`, the first one of equals.
//!
//! Input and output as in [`Reduction`](super::support::reduce::Reduction), which is the parameter record, with one reduced
//! dimension; the output is `int32`. Where the dimension is known at run time only, the parameter record is the shape and
//! the axis (`int32`) a second input; one that does not fit the output ends the invocation. Comparisons with NaN are
//! false. The rule is TFLM's reference kernel.

use super::support::reduce::{check, check_any_axis, position_of_best, position_of_best_along};
use super::{Kernel, code, number};

/// `int8`.
pub const INT8: Kernel = Kernel {
    code: code(number::ARG_MIN, 0),
    name: "ARG_MIN int8",
    check: check::<i8, i32>,
    invoke: |call| position_of_best::<i8>(call, |value, best| value < best),
};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::ARG_MIN, 1),
    name: "ARG_MIN float32",
    check: check::<f32, i32>,
    invoke: |call| position_of_best::<f32>(call, |value, best| value < best),
};

/// `int8`, the axis known at run time only.
pub const INT8_ANY_AXIS: Kernel = Kernel {
    code: code(number::ARG_MIN, 2),
    name: "ARG_MIN int8, any axis",
    check: check_any_axis::<i8, i32>,
    invoke: |call| position_of_best_along::<i8>(call, |value, best| value < best),
};

/// `float32`, the axis known at run time only.
pub const FLOAT32_ANY_AXIS: Kernel = Kernel {
    code: code(number::ARG_MIN, 3),
    name: "ARG_MIN float32, any axis",
    check: check_any_axis::<f32, i32>,
    invoke: |call| position_of_best_along::<f32>(call, |value, best| value < best),
};
