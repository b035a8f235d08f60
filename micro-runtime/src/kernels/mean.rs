//! MEAN: `output = sum of the reduced elements / their number`.
//!
//! Input and output as in [`Reduction`]. Quantised sums are exact in 32 bits (wrapping), then rescaled. The division of
//! quantised means is part of their multiplier. Floats are added one by one in the order in which they lie, and the sum
//! is divided. Axes that are known at run time only are a second input, see [`any_axes`]. The rule is TFLM's reference
//! kernel.

use super::support::any_axes::{self, AnyAxes};
use super::support::reduce::{Reduction, check, check_sum, reduce, sum};
use super::{Call, Kernel, code, number};
use crate::fixed::Multiplier;

pub use super::support::any_axes::AnySumParameters;
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
pub const FLOAT32: Kernel = Kernel {
    code: code(number::MEAN, 2),
    name: "MEAN float32",
    check: check::<f32, f32>,
    invoke: |call| float32(call, call.parameters()),
};

/// `int8`, the axes known at run time only, with [`AnySumParameters`].
pub const INT8_ANY_AXES: Kernel = Kernel {
    code: code(number::MEAN, 3),
    name: "MEAN int8, any axes",
    check: any_axes::check_sum::<i8>,
    invoke: |call| any_axes::sum(call, Multiplier::divided_by, |value| value as i8),
};

/// `int16`, the axes known at run time only, with [`AnySumParameters`].
pub const INT16_ANY_AXES: Kernel = Kernel {
    code: code(number::MEAN, 4),
    name: "MEAN int16, any axes",
    check: any_axes::check_sum::<i16>,
    invoke: |call| any_axes::sum(call, Multiplier::divided_by, |value| value as i16),
};

/// `float32`, the axes known at run time only, with [`AnyAxes`].
pub const FLOAT32_ANY_AXES: Kernel = Kernel {
    code: code(number::MEAN, 5),
    name: "MEAN float32, any axes",
    check: any_axes::check::<f32>,
    invoke: |call| {
        if let Some(shape) = call.parameters::<AnyAxes>().reduction::<f32>(call) {
            float32(call, &shape);
        }
    },
};

fn float32(call: &Call<'_>, shape: &Reduction) {
    let output = call.output::<f32>(0);
    let count = shape.count() as f32;
    reduce(
        shape,
        call.input::<f32>(0),
        0.0f32,
        |sum, value, _| sum + value,
        |index, sum| output.set(index, sum / count),
    );
}
