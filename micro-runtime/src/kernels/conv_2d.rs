//! CONV_2D: `output[n, y, x, o] = activation(sum input[n, y', x', g + i] * weights[o, r, c, i] + bias[o])` over the
//! taps `r, c` of the window and the channels `i` of the group of `o`.
//!
//! Input `[batches, input_height, input_width, input_channels]`, weights `[output_channels, window_height,
//! window_width, input_channels / groups]`, bias `[output_channels]` or absent, output `[batches, output_height,
//! output_width, output_channels]`. Taps outside the image count nothing. Quantised kernels subtract the zero point of
//! the input (weights are symmetric), requantise with one multiplier or one for each output channel, and clamp. An
//! `int16` input with a 32-bit bias accumulates in 32 bits; with a 64-bit bias, in 64 bits and a multiplier of 16
//! bits. The rule is TFLM's reference kernel.
//!
//! The quantised kernels copy the window of a pixel to the stack, once for all output channels: every dot product is
//! then one run, whatever stride, dilation and padding are. A window of at most [`PATCH`] elements is read completely
//! before anything of its pixel is written; the memory plan counts on it.

use bytemuck::{Pod, Zeroable};

use super::support::activation::clamp;
use super::support::dot::{rows_i8, rows_i8_wide, rows_int4};
use super::support::requantise::{ChannelMultipliers, Finish, OutputStage, Requantise};
use super::support::window::{Geometry, Pixel};
use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::{Element, Input};

/// Parameters of the quantised kernels.
///
/// Inputs: input, weights, bias, mantissas, exponents. One output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Images and window.
    pub geometry: Geometry,
    /// Groups of channels; divides the input and the output channels.
    pub groups: u32,
    /// The negated zero point of the input, in `-128..=128` for `int8` and 0 for `int16`.
    pub input_offset: i32,
    /// Zero point and range of the output.
    pub output: OutputStage,
}

/// Parameters of the float kernel. Inputs: input, weights, bias. One output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct FloatParameters {
    /// Images and window.
    pub geometry: Geometry,
    /// Groups of channels; divides the input and the output channels.
    pub groups: u32,
    /// Least output value.
    pub minimum: f32,
    /// Greatest output value.
    pub maximum: f32,
}

/// How many elements of a window are on the stack at a time: 3 x 3 taps of 64 channels, and some.
pub const PATCH: usize = 640;

/// How many output channels share one reading of a window that is larger than [`PATCH`].
pub const BLOCK: usize = 16;

/// How many output channels the float kernel computes at a time.
pub const FLOAT_BLOCK: usize = 8;

/// `int8` input and weights, `int32` bias.
pub const INT8: Kernel =
    Kernel { code: code(number::CONV_2D, 0), name: "CONV_2D int8", check: check_int8, invoke: int8 };

/// `int8` input, `int4` weights, `int32` bias.
pub const INT8_INT4: Kernel =
    Kernel { code: code(number::CONV_2D, 1), name: "CONV_2D int8 x int4", check: check_int8_int4, invoke: int8_int4 };

/// `int16` input, `int8` weights, `int32` bias.
pub const INT16: Kernel =
    Kernel { code: code(number::CONV_2D, 2), name: "CONV_2D int16", check: check_int16, invoke: int16 };

/// `int16` input, `int8` weights, `int64` bias.
pub const INT16_WIDE: Kernel = Kernel {
    code: code(number::CONV_2D, 3),
    name: "CONV_2D int16 with int64 bias",
    check: check_int16_wide,
    invoke: int16_wide,
};

/// `float32`.
pub const FLOAT32: Kernel =
    Kernel { code: code(number::CONV_2D, 4), name: "CONV_2D float32", check: check_float32, invoke: float32 };

/// The elements of the weights, when geometry and groups are sound.
fn check_geometry(geometry: &Geometry, groups: u32) -> Result<usize, Fault> {
    geometry.check()?;
    if groups == 0
        || !geometry.input_channels.is_multiple_of(groups)
        || !geometry.output_channels.is_multiple_of(groups)
    {
        return Err(Fault::new("its groups do not divide its channels"));
    }
    let channels = geometry.input_channels / groups;
    volume(&[geometry.window_height, geometry.window_width, channels, geometry.output_channels])
}

fn check<I: Element, B: Element>(op: &Op<'_>) -> Result<usize, Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(5, 1, 0)?;
    let weights = check_geometry(&p.geometry, p.groups)?;
    op.input::<I>(0, p.geometry.input_elements()?)?;
    op.optional_input::<B>(2, p.geometry.output_channels as usize)?;
    ChannelMultipliers::check(op, 3, p.geometry.output_channels as usize)?;
    op.output::<I>(0, p.geometry.output_elements()?)?;
    if !(-128..=128).contains(&p.input_offset) {
        return Err(Fault::new("a zero point is out of range"));
    }
    Ok(weights)
}

fn check_int8(op: &Op<'_>) -> Result<(), Fault> {
    op.input::<i8>(1, check::<i8, i32>(op)?)
}

fn check_int8_int4(op: &Op<'_>) -> Result<(), Fault> {
    op.input::<u8>(1, check::<i8, i32>(op)?.div_ceil(2))
}

fn check_int16(op: &Op<'_>) -> Result<(), Fault> {
    op.input::<i8>(1, check::<i16, i32>(op)?)
}

fn check_int16_wide(op: &Op<'_>) -> Result<(), Fault> {
    op.input::<i8>(1, check::<i16, i64>(op)?)
}

fn check_float32(op: &Op<'_>) -> Result<(), Fault> {
    let p: &FloatParameters = op.parameters()?;
    op.arity(3, 1, 0)?;
    op.input::<f32>(1, check_geometry(&p.geometry, p.groups)?)?;
    op.input::<f32>(0, p.geometry.input_elements()?)?;
    op.optional_input::<f32>(2, p.geometry.output_channels as usize)?;
    op.output::<f32>(0, p.geometry.output_elements()?)
}

fn int8(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let weights = call.input::<i8>(1);
    let dots = |patch: &[i16], start, row, sums: &mut [i32]| rows_i8(patch, weights, start, row, sums);
    let offset = p.input_offset as i16;
    let widen = |value: i8| (value as i16).wrapping_add(offset);
    convolve(p, call, widen, dots, Requantise::<i32, i8>::of(call, 2, p.output));
}

fn int8_int4(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let weights = call.input::<u8>(1);
    let dots = |patch: &[i16], start, row, sums: &mut [i32]| rows_int4(patch, weights, start, row, sums);
    let offset = p.input_offset as i16;
    let widen = |value: i8| (value as i16).wrapping_add(offset);
    convolve(p, call, widen, dots, Requantise::<i32, i8>::of(call, 2, p.output));
}

fn int16(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let weights = call.input::<i8>(1);
    let dots = |patch: &[i16], start, row, sums: &mut [i32]| rows_i8(patch, weights, start, row, sums);
    convolve(p, call, |value| value, dots, Requantise::<i32, i16>::of(call, 2, p.output));
}

fn int16_wide(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let weights = call.input::<i8>(1);
    let dots = |patch: &[i16], start, row, sums: &mut [i64]| rows_i8_wide(patch, weights, start, row, sums);
    convolve(p, call, |value| value, dots, Requantise::<i64, i16>::of(call, 2, p.output));
}

/// Computes all outputs: `widen` an input element to a factor, add the `dots` of a run of factors with rows of weights
/// to sums, `finish` the sums of channels. Factors outside the image are 0.
#[inline(always)]
fn convolve<F: Finish>(
    p: &Parameters,
    call: &Call<'_>,
    widen: impl Fn(F::Value) -> i16 + Copy,
    dots: impl Fn(&[i16], usize, usize, &mut [F::Sum]),
    finish: F,
) {
    let (input, output) = (call.input::<F::Value>(0), call.output::<F::Value>(0));
    let outputs = p.geometry.output_channels as usize;
    let group_outputs = outputs / p.groups as usize;
    let window = Window::new(&p.geometry, p.groups);
    let row = window.elements;
    let mut patch = [0i16; PATCH];
    p.geometry.for_each_pixel(|pixel| {
        for group in 0..p.groups as usize {
            let is_whole = row <= PATCH;
            if is_whole {
                window.gather(&pixel, group, 0, &mut patch[..row], input, widen);
            }
            for first in (group * group_outputs..(group + 1) * group_outputs).step_by(BLOCK) {
                let mut sums = [F::Sum::default(); BLOCK];
                let channels = BLOCK.min((group + 1) * group_outputs - first);
                for start in (0..row).step_by(PATCH) {
                    let part = &mut patch[..PATCH.min(row - start)];
                    if !is_whole {
                        window.gather(&pixel, group, start, part, input, widen);
                    }
                    dots(part, first * row + start, row, &mut sums[..channels]);
                }
                let target = output.range(pixel.index * outputs + first, channels);
                if channels == BLOCK {
                    finish.finish(first, sums, target);
                } else {
                    (0..channels).for_each(|lane| finish.finish(first + lane, [sums[lane]], target.range(lane, 1)));
                }
            }
        }
    });
}

/// How the elements of a window lie in the input, for one group of channels.
struct Window<'a> {
    geometry: &'a Geometry,
    /// Channels of a group.
    channels: usize,
    /// Elements of the window.
    elements: usize,
    /// Whether the taps of a row inside the image are one run.
    is_dense: bool,
}

impl<'a> Window<'a> {
    fn new(geometry: &'a Geometry, groups: u32) -> Window<'a> {
        let channels = (geometry.input_channels / groups) as usize;
        let elements = geometry.window_height as usize * geometry.window_width as usize * channels;
        Window { geometry, channels, elements, is_dense: groups == 1 && geometry.dilation_width == 1 }
    }

    /// Fills `part` with the elements of the window from `start` on, 0 for those outside the image.
    #[inline(always)]
    fn gather<I: Element>(
        &self,
        pixel: &Pixel,
        group: usize,
        start: usize,
        part: &mut [i16],
        input: Input<'_, I>,
        widen: impl Fn(I) -> i16 + Copy,
    ) {
        let (rows, columns) = (pixel.rows, pixel.columns);
        if rows.count * columns.count * self.channels != self.elements {
            part.fill(0);
        }
        // A run is the row of a dense window, else a tap.
        let (runs, taps) = if self.is_dense { (1, columns.count) } else { (columns.count, 1) };
        for row in 0..rows.count {
            for column in 0..if columns.count == 0 { 0 } else { runs } {
                let from = self.geometry.input_pixel(pixel, row, column) * self.geometry.input_channels as usize;
                let run = input.range(from + group * self.channels, taps * self.channels);
                let to = self.geometry.tap(pixel, row, column) * self.channels;
                // What of the run belongs to this part.
                let (skip, end) = (start.max(to) - to, (start + part.len()).saturating_sub(to).min(run.len()));
                if skip < end {
                    let target = &mut part[to + skip - start..][..end - skip];
                    target.iter_mut().zip(run.range(skip, end - skip).iter()).for_each(|(to, from)| *to = widen(from));
                }
            }
        }
    }
}

fn float32(call: &Call<'_>) {
    let p: &FloatParameters = call.parameters();
    let (input, weights, bias) = (call.input::<f32>(0), call.input::<f32>(1), call.input::<f32>(2));
    let output = call.output::<f32>(0);
    let (inputs, outputs) = (p.geometry.input_channels as usize, p.geometry.output_channels as usize);
    let group_outputs = outputs / p.groups as usize;
    let window = Window::new(&p.geometry, p.groups);
    p.geometry.for_each_pixel(|pixel| {
        for group in 0..p.groups as usize {
            for first in (group * group_outputs..(group + 1) * group_outputs).step_by(FLOAT_BLOCK) {
                let mut sums = [0f32; FLOAT_BLOCK];
                let sums = &mut sums[..FLOAT_BLOCK.min((group + 1) * group_outputs - first)];
                for row in 0..pixel.rows.count {
                    for column in 0..pixel.columns.count {
                        let from = p.geometry.input_pixel(&pixel, row, column) * inputs + group * window.channels;
                        let tap = p.geometry.tap(&pixel, row, column) * window.channels;
                        for (channel, value) in input.range(from, window.channels).iter().enumerate() {
                            for (number, sum) in sums.iter_mut().enumerate() {
                                *sum += value * weights.get((first + number) * window.elements + tap + channel);
                            }
                        }
                    }
                }
                for (channel, &sum) in (first..).zip(sums.iter()) {
                    let bias = if bias.is_empty() { 0.0 } else { bias.get(channel) };
                    output.set(pixel.index * outputs + channel, clamp(sum + bias, p.minimum, p.maximum));
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_in_parts_is_the_window() {
        let image: [i8; 4 * 5 * 6] = core::array::from_fn(|index| index as i8);
        let geometry = |dilation_width: u32| Geometry {
            batches: 1,
            input_height: 4,
            input_width: 5,
            input_channels: 6,
            output_height: 4,
            output_width: 5,
            output_channels: 2,
            window_height: 3,
            window_width: 3,
            stride_height: 1,
            stride_width: 1,
            dilation_height: 1,
            dilation_width,
            padding_top: 1,
            padding_left: dilation_width,
        };
        for (dilation, groups) in [(1, 1), (1, 2), (2, 1), (2, 3)] {
            let geometry = geometry(dilation);
            let window = Window::new(&geometry, groups);
            geometry.for_each_pixel(|pixel| {
                let gather = |start, part: &mut [i16]| {
                    window.gather(&pixel, groups as usize - 1, start, part, Input::from(&image[..]), |value| {
                        value as i16
                    });
                };
                let (mut whole, mut parts) = ([-1; 54], [-2; 54]);
                gather(0, &mut whole[..window.elements]);
                for (number, part) in parts[..window.elements].chunks_mut(7).enumerate() {
                    gather(7 * number, part);
                }
                assert_eq!(whole[..window.elements], parts[..window.elements]);
                let (row, column) = (pixel.index / 5, pixel.index % 5);
                let middle = (row * 5 + column) * 6 + (groups as usize - 1) * window.channels;
                assert_eq!(whole[4 * window.channels] as usize, middle);
            });
        }
    }
}
