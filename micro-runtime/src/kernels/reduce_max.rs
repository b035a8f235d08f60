//! REDUCE_MAX: `output = the greatest of the reduced elements`.
//!
//! Input and output as in [`Reduction`](super::support::reduce::Reduction), which is the parameter record; both have the
//! same quantisation. NaN is passed over, and a float result is at least the least finite number. The rule is TFLM's
//! reference kernel.

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
