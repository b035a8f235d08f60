//! TRANSPOSE_CONV: each input pixel adds its filters to the output, `stride` output pixels from one input pixel to the
//! next: `output[n, y, x, o] = activation(sum input[n, y', x', i] * weights[o, r, c, i] + bias[o])` over the input
//! pixels with `y' * stride_height - padding_top + r = y` and the like for columns.
//!
//! Input `[batches, input_height, input_width, input_channels]`, weights `[output_channels, window_height,
//! window_width, input_channels]`, bias `[output_channels]` or absent, output `[batches, output_height, output_width,
//! output_channels]`. Quantised kernels subtract the zero point of the input (weights are symmetric), requantise with
//! one multiplier or one for each output channel, and clamp; `int16` accumulates in 64 bits and uses a multiplier of
//! 16 bits. The rule is TFLM's reference kernel, which adds up in the order of the input; so does this one, but output
//! by output, so that it needs no accumulators for a whole image.

use bytemuck::{Pod, Zeroable};

use super::support::activation::clamp;
use super::support::dot::{dot_i8, dot_i16_wide};
use super::support::requantise::{ChannelMultipliers, OutputStage};
use super::support::window::Geometry;
use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::{Element, Input, Output};

/// Parameters of the quantised kernels.
///
/// Inputs: input, weights, bias, mantissas, exponents. One output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Images and window. Strides are in output pixels, padding is what is cut off the output; no dilation.
    pub geometry: Geometry,
    /// The negated zero point of the input, in `-128..=128` for `int8` and 0 for `int16`.
    pub input_offset: i32,
    /// Zero point and range of the output.
    pub output: OutputStage,
}

/// Parameters of the float kernel. Inputs: input, weights, bias. One output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct FloatParameters {
    /// Images and window. Strides are in output pixels, padding is what is cut off the output; no dilation.
    pub geometry: Geometry,
    /// Least output value.
    pub minimum: f32,
    /// Greatest output value.
    pub maximum: f32,
}

/// `int8` input and weights, `int32` bias.
pub const INT8: Kernel = Kernel {
    code: code(number::TRANSPOSE_CONV, 0),
    name: "TRANSPOSE_CONV int8",
    check: check_quantised::<i8, i32>,
    invoke: int8,
};

/// `int16` input, `int8` weights, `int64` bias.
pub const INT16: Kernel = Kernel {
    code: code(number::TRANSPOSE_CONV, 1),
    name: "TRANSPOSE_CONV int16",
    check: check_quantised::<i16, i64>,
    invoke: int16::<i64>,
};

/// `int16` input, `int8` weights, `int16` bias.
pub const INT16_BIAS16: Kernel = Kernel {
    code: code(number::TRANSPOSE_CONV, 3),
    name: "TRANSPOSE_CONV int16, bias int16",
    check: check_quantised::<i16, i16>,
    invoke: int16::<i16>,
};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::TRANSPOSE_CONV, 2),
    name: "TRANSPOSE_CONV float32",
    check: check_float32,
    invoke: float32,
};

/// Checks what all kernels share.
fn check<I: Element, W: Element, B: Element>(op: &Op<'_>, geometry: &Geometry) -> Result<(), Fault> {
    geometry.check_transposed()?;
    let [height, width] = [geometry.window_height, geometry.window_width];
    op.input::<I>(0, geometry.input_elements()?)?;
    op.input::<W>(1, volume(&[height, width, geometry.input_channels, geometry.output_channels])?)?;
    op.optional_input::<B>(2, geometry.output_channels as usize)?;
    op.output::<I>(0, geometry.output_elements()?)
}

fn check_quantised<I: Element, B: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(5, 1, 0)?;
    check::<I, i8, B>(op, &p.geometry)?;
    ChannelMultipliers::check(op, 3, p.geometry.output_channels as usize)?;
    if !(-128..=128).contains(&p.input_offset) {
        return Err(Fault::new("a zero point is out of range"));
    }
    Ok(())
}

fn check_float32(op: &Op<'_>) -> Result<(), Fault> {
    let p: &FloatParameters = op.parameters()?;
    op.arity(3, 1, 0)?;
    check::<f32, f32, f32>(op, &p.geometry)
}

/// Computes all outputs: `add` products of a run of inputs and weights to a sum, `finish` the sum of a channel.
#[inline(always)]
fn convolve<I: Element, W: Element, S: Default>(
    geometry: &Geometry,
    input: Input<'_, I>,
    weights: Input<'_, W>,
    output: Output<'_, I>,
    add: impl Fn(S, Input<'_, I>, Input<'_, W>) -> S,
    finish: impl Fn(usize, S) -> I,
) {
    let (inputs, outputs) = (geometry.input_channels as usize, geometry.output_channels as usize);
    let (window_height, window_width) = (geometry.window_height as usize, geometry.window_width as usize);
    let mut index = 0;
    for batch in 0..geometry.batches as usize {
        for row in 0..geometry.output_height {
            for column in 0..geometry.output_width {
                for channel in 0..outputs {
                    let mut sum = S::default();
                    for (y, tap_row) in geometry.source_rows(row) {
                        for (x, tap_column) in geometry.source_columns(column) {
                            let pixel =
                                (batch * geometry.input_height as usize + y) * geometry.input_width as usize + x;
                            let tap = (channel * window_height + tap_row) * window_width + tap_column;
                            sum = add(sum, input.range(pixel * inputs, inputs), weights.range(tap * inputs, inputs));
                        }
                    }
                    output.set(index, finish(channel, sum));
                    index += 1;
                }
            }
        }
    }
}

fn int8(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (bias, multipliers) = (call.input::<i32>(2), ChannelMultipliers::of(call, 3));
    let add = |sum: i32, input: Input<'_, i8>, weights: Input<'_, i8>| {
        sum.wrapping_add(dot_i8(input, weights, p.input_offset))
    };
    let finish = |channel, sum: i32| {
        let bias = if bias.is_empty() { 0 } else { bias.get(channel) };
        p.output.apply(multipliers.get(channel).apply(sum.wrapping_add(bias))) as i8
    };
    convolve(&p.geometry, call.input(0), call.input(1), call.output(0), add, finish);
}

fn int16<B: Element + Into<i64>>(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (bias, multipliers) = (call.input::<B>(2), ChannelMultipliers::of(call, 3));
    let add = |sum: i64, input: Input<'_, i16>, weights: Input<'_, i8>| sum.wrapping_add(dot_i16_wide(input, weights));
    let finish = |channel, sum: i64| {
        let bias = if bias.is_empty() { 0 } else { bias.get(channel).into() };
        p.output.apply(multipliers.get(channel).apply_wide(sum.wrapping_add(bias))) as i16
    };
    convolve(&p.geometry, call.input(0), call.input(1), call.output(0), add, finish);
}

fn float32(call: &Call<'_>) {
    let p: &FloatParameters = call.parameters();
    let bias = call.input::<f32>(2);
    let add = |sum: f32, input: Input<'_, f32>, weights: Input<'_, f32>| {
        input.iter().zip(weights.iter()).fold(sum, |sum, (value, weight)| sum + value * weight)
    };
    let finish = |channel, sum: f32| {
        let bias = if bias.is_empty() { 0.0 } else { bias.get(channel) };
        clamp(sum + bias, p.minimum, p.maximum)
    };
    convolve(&p.geometry, call.input(0), call.input(1), call.output(0), add, finish);
}
