//! REDUCE_MAX: `output = the greatest of the reduced elements`.
//!
//! Input and output as in [`Reduction`](super::support::reduce::Reduction), which is the parameter record; both have the
//! same quantisation. NaN is passed over, and a float result is at least the least finite number. The rule is TFLM's
//! reference kernel. Axes that are known at run time only are a second input, see [`any_axes`].

use super::support::any_axes;
use super::support::reduce::{best, check};
use super::{Kernel, code, number};

/// `int8`.
pub const INT8: Kernel = Kernel {
    code: code(number::REDUCE_MAX, 0),
    name: "REDUCE_MAX int8",
    check: check::<i8, i8>,
    invoke: |call| best(call, i8::MIN, |value, best| value > best),
};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::REDUCE_MAX, 1),
    name: "REDUCE_MAX float32",
    check: check::<f32, f32>,
    invoke: |call| best(call, f32::MIN, |value, best| value > best),
};

/// `int8`, the axes known at run time only, with [`AnyAxes`](any_axes::AnyAxes).
pub const INT8_ANY_AXES: Kernel = Kernel {
    code: code(number::REDUCE_MAX, 2),
    name: "REDUCE_MAX int8, any axes",
    check: any_axes::check::<i8>,
    invoke: |call| any_axes::best(call, i8::MIN, |value, best| value > best),
};

/// `float32`, the axes known at run time only, with [`AnyAxes`](any_axes::AnyAxes).
pub const FLOAT32_ANY_AXES: Kernel = Kernel {
    code: code(number::REDUCE_MAX, 3),
    name: "REDUCE_MAX float32, any axes",
    check: any_axes::check::<f32>,
    invoke: |call| any_axes::best(call, f32::MIN, |value, best| value > best),
};
