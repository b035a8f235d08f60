//! SUM: `output = sum of the reduced elements`.
//!
//! Input and output as in [`Reduction`]. Quantised sums are exact in 32 bits (wrapping), then rescaled. Floats are
//! added one by one in the order in which they lie. The rule is TFLM's reference kernel.

use super::support::reduce::{Reduction, check, check_sum, reduce, sum};
use super::{Call, Kernel, code, number};

pub use super::support::reduce::SumParameters;

/// `int8`, with [`SumParameters`].
pub const INT8: Kernel = Kernel {
    code: code(number::SUM, 0),
    name: "SUM int8",
    check: check_sum::<i8>,
    invoke: |call| sum(call, |value| value as i8),
};

/// `int16`, with [`SumParameters`].
pub const INT16: Kernel = Kernel {
    code: code(number::SUM, 1),
    name: "SUM int16",
    check: check_sum::<i16>,
    invoke: |call| sum(call, |value| value as i16),
};

/// `float32`, with [`Reduction`].
pub const FLOAT32: Kernel =
    Kernel { code: code(number::SUM, 2), name: "SUM float32", check: check::<f32, f32>, invoke: float32 };

fn float32(call: &Call<'_>) {
    let shape: &Reduction = call.parameters();
    let output = call.output::<f32>(0);
    reduce(shape, call.input::<f32>(0), 0.0f32, |sum, value, _| sum + value, |index, sum| output.set(index, sum));
}
