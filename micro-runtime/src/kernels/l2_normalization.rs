//! L2_NORMALIZATION: each row divided by its length, `output[r, i] = input[r, i] / sqrt(sum_j input[r, j]^2)`.
//!
//! Input and output `[rows, depth]`. `float32` takes 1e-6 for shorter rows. `int8` gives values of scale 1/128 and zero
//! point 0; its sum wraps beyond 31 bits. The rule is TFLM's reference kernel.

use bytemuck::{Pod, Zeroable};

use super::support::inverse_root::inverse_root;
use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::Element;
use crate::fixed::{Multiplier, saturate_i8};

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The number of rows.
    pub rows: u32,
    /// Elements in a row.
    pub depth: u32,
    /// Zero point of the input; 0 for `float32`.
    pub input_zero_point: i32,
}

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::L2_NORMALIZATION, 0),
    name: "L2_NORMALIZATION float32",
    check: check::<f32>,
    invoke: float32,
};

/// `int8`.
pub const INT8: Kernel =
    Kernel { code: code(number::L2_NORMALIZATION, 1), name: "L2_NORMALIZATION int8", check: check::<i8>, invoke: int8 };

fn check<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(1, 1, 0)?;
    let elements = volume(&[p.rows, p.depth])?;
    op.input::<T>(0, elements)?;
    op.output::<T>(0, elements)
}

fn float32(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, output) = (call.input::<f32>(0), call.output::<f32>(0));
    let depth = p.depth as usize;
    for row in 0..p.rows as usize {
        let values = input.range(row * depth, depth);
        let length = libm::sqrtf(values.iter().fold(0.0, |sum, value| sum + value * value));
        let length = if length < 1e-6 { 1e-6 } else { length };
        let outputs = output.range(row * depth, depth);
        outputs.iter().zip(values.iter()).for_each(|(cell, value)| cell.set(value / length));
    }
}

fn int8(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, output) = (call.input::<i8>(0), call.output::<i8>(0));
    let depth = p.depth as usize;
    let centred = |value: i8| (value as i32).wrapping_sub(p.input_zero_point);
    for row in 0..p.rows as usize {
        let values = input.range(row * depth, depth);
        let sum = values.iter().map(centred).fold(0i32, |sum, value| sum.wrapping_add(value.wrapping_mul(value)));
        let Multiplier { mantissa, exponent } = inverse_root(sum);
        // Seven fractional bits.
        let inverse = Multiplier { mantissa, exponent: exponent + 7 };
        let outputs = output.range(row * depth, depth);
        outputs
            .iter()
            .zip(values.iter())
            .for_each(|(cell, value)| cell.set(saturate_i8(inverse.apply(centred(value)))));
    }
}
