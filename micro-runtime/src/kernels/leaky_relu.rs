//! LEAKY_RELU: `output[i] = input[i]` where that is not negative, else `alpha * input[i]`.
//!
//! Input and output have the same shape. Quantised kernels rescale with one of two multipliers, as TFLM's reference
//! kernel does.

use bytemuck::{Pod, Zeroable};

use super::support::conversion::{Conversion, Quantised};
use super::support::map;
use super::support::requantise::check_multiplier;
use super::{Call, Fault, Kernel, Op, code, number};
use crate::fixed::Multiplier;

/// Parameters of the quantised kernels.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// What values from 0 on go through.
    pub positive: Conversion,
    /// The absolute value of alpha, times the scale of the input over that of the output.
    pub slope: Multiplier,
    /// 1 when alpha is negative, else 0.
    pub is_negative: u32,
}

/// Parameters of the float kernel.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct FloatParameters {
    /// The factor of negative values.
    pub alpha: f32,
}

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::LEAKY_RELU, 0),
    name: "LEAKY_RELU float32",
    check: |op| {
        op.parameters::<FloatParameters>()?;
        map::check_operands::<f32, f32>(op, 0)
    },
    invoke: |call| {
        let alpha = call.parameters::<FloatParameters>().alpha;
        map::map(call, |value: f32| if value > 0.0 { value } else { value * alpha });
    },
};

/// `int8`.
pub const INT8: Kernel =
    Kernel { code: code(number::LEAKY_RELU, 1), name: "LEAKY_RELU int8", check: check::<i8>, invoke: invoke::<i8> };

/// `int16`.
pub const INT16: Kernel =
    Kernel { code: code(number::LEAKY_RELU, 2), name: "LEAKY_RELU int16", check: check::<i16>, invoke: invoke::<i16> };

fn check<T: Quantised>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    check_multiplier(p.positive.multiplier)?;
    check_multiplier(p.slope)?;
    map::check_operands::<T, T>(op, 0)
}

fn invoke<T: Quantised>(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    map::map(call, |value: T| {
        let centred = value.into().wrapping_sub(p.positive.input_zero_point);
        let scaled = if centred >= 0 {
            p.positive.multiplier.apply(centred)
        } else if p.is_negative != 0 {
            p.slope.apply(centred).wrapping_neg()
        } else {
            p.slope.apply(centred)
        };
        T::narrow(p.positive.output.apply(scaled))
    });
}
