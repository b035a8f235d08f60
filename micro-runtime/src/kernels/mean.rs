//! MEAN: `output = sum of the reduced elements / their number`.
//!
//! Input and output as in [`Reduction`]. Quantised sums are exact in 32 bits (wrapping), then rescaled. The division of quantised means is part of their multiplier. Floats are
//! added one by one in the order in which they lie, and the sum is divided. The rule is TFLM's reference kernel.

use super::support::reduce::{Reduction, check, check_sum, reduce, sum};
use super::{Call, Kernel, code, number};

pub use super::support::reduce::SumParameters;

/// `int8`, with [`SumParameters`].
pub const INT8: Kernel = Kernel {
    code: code(number::MEAN, 0),
    name: "MEAN int8",
    check: check_sum::<i8>,
    invoke: |call| sum(call, |value| value as i8),
};

/// `int16`, with [`SumParameters`].
pub const INT16: Kernel = Kernel {
    code: code(number::MEAN, 1),
    name: "MEAN int16",
    check: check_sum::<i16>,
    invoke: |call| sum(call, |value| value as i16),
};

/// `float32`, with [`Reduction`].
pub const FLOAT32: Kernel =
    Kernel { code: code(number::MEAN, 2), name: "MEAN float32", check: check::<f32, f32>, invoke: float32 };

fn float32(call: &Call<'_>) {
    let shape: &Reduction = call.parameters();
    let output = call.output::<f32>(0);
    let count = shape.reduced.iter().fold(1u32, |product, &extent| product.wrapping_mul(extent));
    reduce(
        shape,
        call.input::<f32>(0),
        0.0f32,
        |sum, value, _| sum + value,
        |index, sum| output.set(index, sum / count as f32),
    );
}
