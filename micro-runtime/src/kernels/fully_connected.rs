//! FULLY_CONNECTED: `output[b, o] = activation(sum_i input[b, i] * weights[o, i] + bias[o])`.
//!
//! Input `[batches, input_depth]`, weights `[output_depth, input_depth]`, bias `[output_depth]` or absent, output
//! `[batches, output_depth]`. Quantised kernels subtract the zero points of input and weights, requantise with one
//! multiplier or one for each output channel, and clamp. An `int16` input with a 32-bit bias accumulates in 32
//! bits; with a 64-bit bias, in 64 bits and a multiplier of 16 bits. The rule is TFLM's reference kernel.

use bytemuck::{Pod, Zeroable};

use super::support::dot::{dot_f32, dot_i16, dot_i16_wide, int4, rows_i8};
use super::support::requantise::{ChannelMultipliers, OutputStage};
use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::Element;

/// Parameters of the quantised kernels.
///
/// Inputs: input, weights, bias, mantissas, exponents. One output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Rows of the input.
    pub batches: u32,
    /// Elements of an input row.
    pub input_depth: u32,
    /// Elements of an output row.
    pub output_depth: u32,
    /// The negated zero point of the input, in `-128..=128` for `int8` and 0 for `int16`.
    pub input_offset: i32,
    /// The negated zero point of the weights, in `-128..=128`.
    pub weights_offset: i32,
    /// Zero point and range of the output.
    pub output: OutputStage,
}

/// Parameters of the float kernel. Inputs: input, weights, bias. One output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct FloatParameters {
    /// Rows of the input.
    pub batches: u32,
    /// Elements of an input row.
    pub input_depth: u32,
    /// Elements of an output row.
    pub output_depth: u32,
    /// Least output value.
    pub minimum: f32,
    /// Greatest output value.
    pub maximum: f32,
}

/// `int8` input and weights, `int32` bias.
pub const INT8: Kernel =
    Kernel { code: code(number::FULLY_CONNECTED, 0), name: "FULLY_CONNECTED int8", check: check_int8, invoke: int8 };

/// `int8` input, `int4` weights, `int32` bias.
pub const INT8_INT4: Kernel = Kernel {
    code: code(number::FULLY_CONNECTED, 1),
    name: "FULLY_CONNECTED int8 x int4",
    check: check_int8_int4,
    invoke: int8_int4,
};

/// `int16` input, `int8` weights, `int32` bias.
pub const INT16: Kernel =
    Kernel { code: code(number::FULLY_CONNECTED, 2), name: "FULLY_CONNECTED int16", check: check_int16, invoke: int16 };

/// `int16` input, `int8` weights, `int64` bias.
pub const INT16_WIDE: Kernel = Kernel {
    code: code(number::FULLY_CONNECTED, 3),
    name: "FULLY_CONNECTED int16 with int64 bias",
    check: check_int16_wide,
    invoke: int16_wide,
};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::FULLY_CONNECTED, 4),
    name: "FULLY_CONNECTED float32",
    check: check_float32,
    invoke: float32,
};

fn check<I: Element, B: Element>(op: &Op<'_>) -> Result<Parameters, Fault> {
    let p: Parameters = *op.parameters()?;
    op.arity(5, 1, 0)?;
    op.input::<I>(0, volume(&[p.batches, p.input_depth])?)?;
    op.optional_input::<B>(2, p.output_depth as usize)?;
    ChannelMultipliers::check(op, 3, p.output_depth as usize)?;
    op.output::<I>(0, volume(&[p.batches, p.output_depth])?)?;
    let offsets = -128..=128;
    if !offsets.contains(&p.input_offset) || !offsets.contains(&p.weights_offset) {
        return Err(Fault::new("a zero point is out of range"));
    }
    Ok(p)
}

fn check_int8(op: &Op<'_>) -> Result<(), Fault> {
    let p = check::<i8, i32>(op)?;
    op.input::<i8>(1, volume(&[p.output_depth, p.input_depth])?)
}

fn check_int8_int4(op: &Op<'_>) -> Result<(), Fault> {
    let p = check::<i8, i32>(op)?;
    op.input::<u8>(1, volume(&[p.output_depth, p.input_depth])?.div_ceil(2))
}

fn check_int16(op: &Op<'_>) -> Result<(), Fault> {
    let p = check::<i16, i32>(op)?;
    op.input::<i8>(1, volume(&[p.output_depth, p.input_depth])?)
}

fn check_int16_wide(op: &Op<'_>) -> Result<(), Fault> {
    let p = check::<i16, i64>(op)?;
    op.input::<i8>(1, volume(&[p.output_depth, p.input_depth])?)
}

fn check_float32(op: &Op<'_>) -> Result<(), Fault> {
    let p: &FloatParameters = op.parameters()?;
    op.arity(3, 1, 0)?;
    op.input::<f32>(0, volume(&[p.batches, p.input_depth])?)?;
    op.input::<f32>(1, volume(&[p.output_depth, p.input_depth])?)?;
    op.optional_input::<f32>(2, p.output_depth as usize)?;
    op.output::<f32>(0, volume(&[p.batches, p.output_depth])?)
}

/// Calls `output(b, o)` for every output element, in the order in which they lie.
#[inline(always)]
fn for_each_output(batches: u32, output_depth: u32, mut output: impl FnMut(usize, usize, usize)) {
    let (batches, depth) = (batches as usize, output_depth as usize);
    for batch in 0..batches {
        for channel in 0..depth {
            output(batch * depth + channel, batch, channel);
        }
    }
}

/// Input elements that are widened at a time.
const PATCH: usize = 512;

/// Output elements that are accumulated at a time.
const BLOCK: usize = 8;

fn int8(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, weights, bias) = (call.input::<i8>(0), call.input::<i8>(1), call.input::<i32>(2));
    let multipliers = ChannelMultipliers::of(call, 3);
    let output = call.output::<i8>(0);
    let (depth, channels) = (p.input_depth as usize, p.output_depth as usize);
    // Both factors fit 16 bits, for which machines have a multiply that adds pairs.
    let offset = p.input_offset as i16;
    let mut patch = [0i16; PATCH];
    for batch in 0..p.batches as usize {
        for first in (0..channels).step_by(BLOCK) {
            let mut sums = [0i32; BLOCK];
            let block = BLOCK.min(channels - first);
            for start in (0..depth).step_by(PATCH) {
                let part = PATCH.min(depth - start);
                // A row that fits the patch is widened once.
                if depth > PATCH || first == 0 {
                    let row = input.range(batch * depth + start, part);
                    patch
                        .iter_mut()
                        .zip(row.iter())
                        .for_each(|(wide, value)| *wide = (value as i16).wrapping_add(offset));
                }
                let part = &patch[..part];
                rows_i8(part, weights, first * depth + start, depth, &mut sums[..block]);
                if p.weights_offset != 0 {
                    let inputs = part.iter().fold(0i32, |sum, &value| sum.wrapping_add(value as i32));
                    let added = p.weights_offset.wrapping_mul(inputs);
                    sums.iter_mut().for_each(|sum| *sum = sum.wrapping_add(added));
                }
            }
            for (channel, &sum) in (first..first + block).zip(&sums) {
                let sum = if bias.is_empty() { sum } else { sum.wrapping_add(bias.get(channel)) };
                output.set(batch * channels + channel, p.output.apply(multipliers.get(channel).apply(sum)) as i8);
            }
        }
    }
}

fn int8_int4(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, weights, bias) = (call.input::<i8>(0), call.input::<u8>(1), call.input::<i32>(2));
    let multipliers = ChannelMultipliers::of(call, 3);
    let output = call.output::<i8>(0);
    let depth = p.input_depth as usize;
    for_each_output(p.batches, p.output_depth, |index, batch, channel| {
        let row = input.range(batch * depth, depth);
        let mut sum = row.iter().enumerate().fold(0i32, |sum, (position, value)| {
            let weight = int4(weights, channel * depth + position) as i32 + p.weights_offset;
            sum.wrapping_add((value as i32 + p.input_offset) * weight)
        });
        if !bias.is_empty() {
            sum = sum.wrapping_add(bias.get(channel));
        }
        output.set(index, p.output.apply(multipliers.get(channel).apply(sum)) as i8);
    });
}

fn int16(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, weights, bias) = (call.input::<i16>(0), call.input::<i8>(1), call.input::<i32>(2));
    let multipliers = ChannelMultipliers::of(call, 3);
    let output = call.output::<i16>(0);
    let depth = p.input_depth as usize;
    for_each_output(p.batches, p.output_depth, |index, batch, channel| {
        let row = input.range(batch * depth, depth);
        let mut sum = dot_i16(row, weights.range(channel * depth, depth));
        if !bias.is_empty() {
            sum = sum.wrapping_add(bias.get(channel));
        }
        output.set(index, p.output.apply(multipliers.get(channel).apply(sum)) as i16);
    });
}

fn int16_wide(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, weights, bias) = (call.input::<i16>(0), call.input::<i8>(1), call.input::<i64>(2));
    let multipliers = ChannelMultipliers::of(call, 3);
    let output = call.output::<i16>(0);
    let depth = p.input_depth as usize;
    for_each_output(p.batches, p.output_depth, |index, batch, channel| {
        let row = input.range(batch * depth, depth);
        let mut sum = dot_i16_wide(row, weights.range(channel * depth, depth));
        if !bias.is_empty() {
            sum = sum.wrapping_add(bias.get(channel));
        }
        output.set(index, p.output.apply(multipliers.get(channel).apply_wide(sum)) as i16);
    });
}

fn float32(call: &Call<'_>) {
    let p: &FloatParameters = call.parameters();
    let (input, weights, bias) = (call.input::<f32>(0), call.input::<f32>(1), call.input::<f32>(2));
    let output = call.output::<f32>(0);
    let depth = p.input_depth as usize;
    for_each_output(p.batches, p.output_depth, |index, batch, channel| {
        let sum = dot_f32(input.range(batch * depth, depth), weights.range(channel * depth, depth));
        let bias = if bias.is_empty() { 0.0 } else { bias.get(channel) };
        output.set(index, super::support::activation::clamp(sum + bias, p.minimum, p.maximum));
    });
}
