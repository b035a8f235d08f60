//! SOFTMAX: `output[r, c] = exp(beta * input[r, c]) / sum_k exp(beta * input[r, k])` along the last dimension.
//!
//! Input and output `[rows, depth]`. The exponents are differences to the row's maximum. An 8-bit input is scaled to
//! 5 integer bits and goes through the fixed-point exponential and reciprocal of [`crate::fixed`]; a 16-bit
//! input goes through tables of both. Outputs span 0 to 1: `int8` with zero point -128 and scale 1/256, `int16` from
//! `int8` with -32768 and 1/65536, `int16` from `int16` with 0 and 1/32768. The rule is TFLM's reference kernel.
//!
//! A row is read whole before it is written, and then element by element in order before the element of the same index
//! is written.

use bytemuck::{Pod, Zeroable};

use super::support::exponential;
use super::support::interpolation::{POINTS, interpolate};
use super::support::requantise::check_multiplier;
use super::support::rows::Rows;
use super::{Call, Fault, Kernel, Op, code, number};
use crate::arena::Element;
use crate::fixed::{Multiplier, exp_of_negative, high_multiply, reciprocal, rounding_right_shift, saturate_i16};

/// Parameters of the kernels with an `int8` input. One input, one output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The shape.
    pub rows: Rows,
    /// From input steps to the exponent with 5 integer bits: `beta * scale * 2^26`.
    pub multiplier: Multiplier,
    /// Differences to the maximum below this one count as minus infinity; at most 0.
    pub least_difference: i32,
}

/// Parameters of the `int16` kernel. Inputs: input, table of exponentials, table of reciprocals. One output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct TableParameters {
    /// The shape.
    pub rows: Rows,
    /// From input steps to steps of the table of exponentials, 65535 of which are 10: `beta * scale * 6553.5`.
    pub multiplier: Multiplier,
}

/// Parameters of the float kernel. One input, one output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct FloatParameters {
    /// The shape.
    pub rows: Rows,
    /// The factor of the exponents.
    pub beta: f32,
}

/// `int8` to `int8`.
pub const INT8: Kernel = Kernel {
    code: code(number::SOFTMAX, 0),
    name: "SOFTMAX int8",
    check: check::<i8>,
    invoke: |call| quantised(call, 8, |value| (value + i8::MIN as i32).clamp(i8::MIN as i32, i8::MAX as i32) as i8),
};

/// `int8` to `int16`.
pub const INT8_TO_INT16: Kernel = Kernel {
    code: code(number::SOFTMAX, 1),
    name: "SOFTMAX int8 to int16",
    check: check::<i16>,
    invoke: |call| {
        quantised(call, 16, |value| (value + i16::MIN as i32).clamp(i16::MIN as i32, i16::MAX as i32) as i16)
    },
};

/// `int16`.
pub const INT16: Kernel =
    Kernel { code: code(number::SOFTMAX, 2), name: "SOFTMAX int16", check: check_int16, invoke: int16 };

/// `float32`.
pub const FLOAT32: Kernel =
    Kernel { code: code(number::SOFTMAX, 3), name: "SOFTMAX float32", check: check_float32, invoke: float32 };

fn check<O: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(1, 1, 0)?;
    let elements = p.rows.elements()?;
    op.input::<i8>(0, elements)?;
    op.output::<O>(0, elements)?;
    check_multiplier(p.multiplier)
}

fn check_int16(op: &Op<'_>) -> Result<(), Fault> {
    let p: &TableParameters = op.parameters()?;
    op.arity(3, 1, 0)?;
    let elements = p.rows.elements()?;
    op.input::<i16>(0, elements)?;
    op.input::<i16>(1, POINTS)?;
    op.input::<i16>(2, POINTS)?;
    op.output::<i16>(0, elements)?;
    check_multiplier(p.multiplier)
}

fn check_float32(op: &Op<'_>) -> Result<(), Fault> {
    let p: &FloatParameters = op.parameters()?;
    op.arity(1, 1, 0)?;
    let elements = p.rows.elements()?;
    op.input::<f32>(0, elements)?;
    op.output::<f32>(0, elements)
}

#[inline(always)]
fn quantised<O: Element>(call: &Call<'_>, output_bits: i32, output_value: impl Fn(i32) -> O) {
    const SUM_BITS: u32 = 12;
    let p: &Parameters = call.parameters();
    let (input, output) = (call.input::<i8>(0), call.output::<O>(0));
    let depth = p.rows.depth as usize;
    for start in p.rows.starts() {
        let row = input.range(start, depth);
        let maximum = row.iter().fold(i8::MIN, i8::max) as i32;
        let exponential = |value: i8| {
            let difference = value as i32 - maximum;
            (difference >= p.least_difference).then(|| exp_of_negative::<5>(p.multiplier.apply(difference)))
        };
        let sum = row
            .iter()
            .filter_map(exponential)
            .fold(0i32, |sum, value| sum.wrapping_add(rounding_right_shift(value, SUM_BITS)));
        let scale = reciprocal(sum, SUM_BITS);
        let shift = scale.exponent + 31 - output_bits;
        if sum == 0 || !(0..=31).contains(&shift) {
            return call.fail("the exponentials of a SOFTMAX row sum to more than its fixed-point range");
        }
        for (cell, value) in output.range(start, depth).iter().zip(row.iter()) {
            let product = exponential(value).map_or(0, |value| high_multiply(scale.fraction, value));
            cell.set(output_value(rounding_right_shift(product, shift as u32)));
        }
    }
}

fn int16(call: &Call<'_>) {
    let p: &TableParameters = call.parameters();
    let (input, exponentials, reciprocals) = (call.input::<i16>(0), call.input::<i16>(1), call.input::<i16>(2));
    let output = call.output::<i16>(0);
    let depth = p.rows.depth as usize;
    for start in p.rows.starts() {
        let (row, result) = (input.range(start, depth), output.range(start, depth));
        let maximum = row.iter().fold(i16::MIN, i16::max) as i32;
        let mut sum = 0i32;
        for (cell, value) in result.iter().zip(row.iter()) {
            let scaled = p.multiplier.apply(value as i32 - maximum).saturating_add(i16::MAX as i32);
            let exponential = interpolate(exponentials, saturate_i16(scaled));
            cell.set(exponential);
            sum = sum.wrapping_add(exponential as i32);
        }
        let leading = sum.leading_zeros();
        if !(1..=30).contains(&leading) {
            return call.fail("the exponentials of a SOFTMAX row sum to more than its fixed-point range");
        }
        // With the sum as (1 + x) * 2^n, the table of reciprocals takes x, recentred to the range of `i16`.
        let normal = (((sum as i64) << (leading - 1)) + (1 << 13)) >> 14;
        let scale = interpolate(reciprocals, saturate_i16(normal as i32 - (1 << 15) - (1 << 16)));
        let shift = 31 - leading;
        for cell in result.iter() {
            let scaled = (cell.get() as i64 * scale as i64 + (1 << (shift - 1))) >> shift;
            cell.set((scaled as i32).clamp(0, i16::MAX as i32) as i16);
        }
    }
}

fn float32(call: &Call<'_>) {
    let p: &FloatParameters = call.parameters();
    let (input, output) = (call.input::<f32>(0), call.output::<f32>(0));
    let depth = p.rows.depth as usize;
    for start in p.rows.starts() {
        let (row, result) = (input.range(start, depth), output.range(start, depth));
        let maximum = row.iter().fold(f32::MIN, |maximum, value| if maximum < value { value } else { maximum });
        let mut sum = 0.0;
        for (cell, value) in result.iter().zip(row.iter()) {
            let exponential = exponential::exp((value - maximum) * p.beta);
            cell.set(exponential);
            sum += exponential;
        }
        result.iter().for_each(|cell| cell.set(cell.get() / sum));
    }
}
