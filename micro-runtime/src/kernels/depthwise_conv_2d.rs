//! DEPTHWISE_CONV_2D: `output[n, y, x, i * m + k] = activation(sum input[n, y', x', i] * weights[0, r, c, i * m + k] +
//! bias[i * m + k])` over the taps `r, c` of the window, `m` output channels for each input channel.
//!
//! Input `[batches, input_height, input_width, input_channels]`, weights `[1, window_height, window_width,
//! output_channels]`, bias `[output_channels]` or absent, output `[batches, output_height, output_width,
//! output_channels]`. Taps outside the image count nothing. Quantised kernels subtract the zero point of the input
//! (weights are symmetric), requantise with one multiplier or one for each output channel, and clamp; `int16`
//! accumulates in 64 bits and uses a multiplier of 16 bits. The rule is TFLM's reference kernel.
//!
//! Pixel by pixel, a few channels at a time are accumulated over the window and then written, in order. Where the op
//! has a scratch operand, a ring of some output pixels, a pixel waits there and is written only when its place in the
//! ring is needed for another: the output then stays so many pixels behind the input and may lie right on it.

use bytemuck::{Pod, Zeroable};

use super::support::activation::clamp;
use super::support::dot::int4;
use super::support::requantise::{ChannelMultipliers, Finish, OutputStage, Requantise};
use super::support::ring::Ring;
use super::support::window::{Blocks, Geometry, Pixel, for_each_block};
use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::{Element, Input, Output};

/// Parameters of the quantised kernels.
///
/// Inputs: input, weights, bias, mantissas, exponents. One output. At most one scratch operand, the ring.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Images and window. The input channels divide the output channels.
    pub geometry: Geometry,
    /// The negated zero point of the input, in `-128..=128` for `int8` and 0 for `int16`.
    pub input_offset: i32,
    /// Zero point and range of the output.
    pub output: OutputStage,
}

/// Parameters of the float kernel. Inputs: input, weights, bias. One output. At most one scratch operand, the ring.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct FloatParameters {
    /// Images and window. The input channels divide the output channels.
    pub geometry: Geometry,
    /// Least output value.
    pub minimum: f32,
    /// Greatest output value.
    pub maximum: f32,
}

/// `int8` input and weights, `int32` bias.
pub const INT8: Kernel = Kernel {
    code: code(number::DEPTHWISE_CONV_2D, 0),
    name: "DEPTHWISE_CONV_2D int8",
    check: check_int8,
    invoke: int8,
};

/// `int8` input, `int4` weights, `int32` bias.
pub const INT8_INT4: Kernel = Kernel {
    code: code(number::DEPTHWISE_CONV_2D, 1),
    name: "DEPTHWISE_CONV_2D int8 x int4",
    check: check_int8_int4,
    invoke: int8_int4,
};

/// `int16` input, `int8` weights, `int64` bias.
pub const INT16: Kernel = Kernel {
    code: code(number::DEPTHWISE_CONV_2D, 2),
    name: "DEPTHWISE_CONV_2D int16",
    check: check_int16,
    invoke: int16,
};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::DEPTHWISE_CONV_2D, 3),
    name: "DEPTHWISE_CONV_2D float32",
    check: check_float32,
    invoke: float32,
};

/// The elements of the weights, when the geometry is sound.
fn check_geometry(geometry: &Geometry) -> Result<usize, Fault> {
    geometry.check()?;
    if geometry.input_channels == 0 || !geometry.output_channels.is_multiple_of(geometry.input_channels) {
        return Err(Fault::new("its output channels are no multiple of its input channels"));
    }
    volume(&[geometry.window_height, geometry.window_width, geometry.output_channels])
}

fn check<I: Element, B: Element>(op: &Op<'_>) -> Result<usize, Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(5, 1, op.scratch().min(1))?;
    let weights = check_geometry(&p.geometry)?;
    Ring::<I>::check(op, p.geometry.output_channels as usize)?;
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
    op.input::<i8>(1, check::<i16, i64>(op)?)
}

fn check_float32(op: &Op<'_>) -> Result<(), Fault> {
    let p: &FloatParameters = op.parameters()?;
    op.arity(3, 1, op.scratch().min(1))?;
    op.input::<f32>(1, check_geometry(&p.geometry)?)?;
    Ring::<f32>::check(op, p.geometry.output_channels as usize)?;
    op.input::<f32>(0, p.geometry.input_elements()?)?;
    op.optional_input::<f32>(2, p.geometry.output_channels as usize)?;
    op.output::<f32>(0, p.geometry.output_elements()?)
}

/// How one combination of element types is read and multiplied.
trait Arithmetic {
    type Value: Element;
    type Weight: Element;
    /// What inputs and weights are multiplied as.
    type Factor: Copy;
    type Sum: Copy + Default;

    fn input(&self, value: Self::Value) -> Self::Factor;
    /// The `len` weights from `start` on.
    fn weights<'w>(
        &self,
        weights: Input<'w, Self::Weight>,
        start: usize,
        len: usize,
    ) -> impl Fn(usize) -> Self::Factor + 'w;
    fn multiply_add(sum: Self::Sum, value: Self::Factor, weight: Self::Factor) -> Self::Sum;
}

/// A run of the kernel: an arithmetic, and what becomes of its sums.
struct Depthwise<'a, A: Arithmetic, F> {
    geometry: &'a Geometry,
    input: Input<'a, A::Value>,
    weights: Input<'a, A::Weight>,
    ring: Ring<'a, A::Value>,
    arithmetic: A,
    finish: F,
}

impl<A: Arithmetic, F: Finish<Sum = A::Sum, Value = A::Value>> Depthwise<'_, A, F> {
    #[inline(always)]
    fn run(&self) {
        let (inputs, outputs) = (self.geometry.input_channels as usize, self.geometry.output_channels as usize);
        let mut pixels = 0;
        self.geometry.for_each_pixel(|pixel| {
            self.ring.make_room(pixel.index);
            pixels = pixel.index + 1;
            if inputs == outputs {
                for_each_block(outputs, &SideBySide { depthwise: self, pixel: &pixel });
            } else {
                for input in 0..inputs {
                    for_each_block(outputs / inputs, &FanOut { depthwise: self, pixel: &pixel, input });
                }
            }
        });
        self.ring.finish(pixels);
    }

    /// Accumulates the output channels from `channel` on over the window and writes them; `values` gives their factors
    /// at an input pixel.
    #[inline(always)]
    fn block<const N: usize, V: Fn(usize) -> A::Factor>(
        &self,
        pixel: &Pixel,
        channel: usize,
        values: impl Fn(usize) -> V,
    ) {
        let outputs = self.geometry.output_channels as usize;
        let mut sums = [A::Sum::default(); N];
        for row in 0..pixel.rows.count {
            for column in 0..pixel.columns.count {
                let values = values(self.geometry.input_pixel(pixel, row, column));
                let tap = self.geometry.tap(pixel, row, column);
                let weights = self.arithmetic.weights(self.weights, tap * outputs + channel, N);
                for (lane, sum) in sums.iter_mut().enumerate() {
                    *sum = A::multiply_add(*sum, values(lane), weights(lane));
                }
            }
        }
        self.write(pixel.index, channel, &sums);
    }

    /// Finishes the outputs of pixel `index` from `channel` on.
    ///
    /// A function of its own, so that the sums are vectors until they get here.
    #[inline(never)]
    fn write<const N: usize>(&self, index: usize, channel: usize, sums: &[A::Sum; N]) {
        self.finish.finish(channel, *sums, self.ring.place(index).range(channel, N));
    }
}

/// An output pixel whose channels each have an input channel of their own.
struct SideBySide<'a, A: Arithmetic, F> {
    depthwise: &'a Depthwise<'a, A, F>,
    pixel: &'a Pixel,
}

impl<A: Arithmetic, F: Finish<Sum = A::Sum, Value = A::Value>> Blocks for SideBySide<'_, A, F> {
    #[inline(always)]
    fn block<const N: usize>(&self, channel: usize) {
        let inputs = self.depthwise.geometry.input_channels as usize;
        self.depthwise.block::<N, _>(self.pixel, channel, |pixel| {
            let values = self.depthwise.input.range(pixel * inputs + channel, N);
            move |lane| self.depthwise.arithmetic.input(values.get(lane))
        });
    }
}

/// The channels of an output pixel that share an input channel.
struct FanOut<'a, A: Arithmetic, F> {
    depthwise: &'a Depthwise<'a, A, F>,
    pixel: &'a Pixel,
    input: usize,
}

impl<A: Arithmetic, F: Finish<Sum = A::Sum, Value = A::Value>> Blocks for FanOut<'_, A, F> {
    #[inline(always)]
    fn block<const N: usize>(&self, number: usize) {
        let geometry = self.depthwise.geometry;
        let (inputs, outputs) = (geometry.input_channels as usize, geometry.output_channels as usize);
        self.depthwise.block::<N, _>(self.pixel, self.input * (outputs / inputs) + number, |pixel| {
            let value = self.depthwise.arithmetic.input(self.depthwise.input.get(pixel * inputs + self.input));
            move |_| value
        });
    }
}

/// 8-bit inputs and weights.
struct Int8 {
    input_offset: i16,
}

impl Arithmetic for Int8 {
    type Value = i8;
    type Weight = i8;
    type Factor = i16;
    type Sum = i32;

    #[inline(always)]
    fn input(&self, value: i8) -> i16 {
        (value as i16).wrapping_add(self.input_offset)
    }

    #[inline(always)]
    fn weights<'w>(&self, weights: Input<'w, i8>, start: usize, len: usize) -> impl Fn(usize) -> i16 + 'w {
        let weights = weights.range(start, len);
        move |lane| weights.get(lane) as i16
    }

    #[inline(always)]
    fn multiply_add(sum: i32, value: i16, weight: i16) -> i32 {
        sum.wrapping_add(value as i32 * weight as i32)
    }
}

/// 8-bit inputs and 4-bit weights.
struct Int8Int4(Int8);

impl Arithmetic for Int8Int4 {
    type Value = i8;
    type Weight = u8;
    type Factor = i16;
    type Sum = i32;

    #[inline(always)]
    fn input(&self, value: i8) -> i16 {
        self.0.input(value)
    }

    #[inline(always)]
    fn weights<'w>(&self, weights: Input<'w, u8>, start: usize, _len: usize) -> impl Fn(usize) -> i16 + 'w {
        move |lane| int4(weights, start + lane) as i16
    }

    #[inline(always)]
    fn multiply_add(sum: i32, value: i16, weight: i16) -> i32 {
        Int8::multiply_add(sum, value, weight)
    }
}

/// 16-bit inputs and 8-bit weights.
struct Int16;

impl Arithmetic for Int16 {
    type Value = i16;
    type Weight = i8;
    type Factor = i16;
    type Sum = i64;

    #[inline(always)]
    fn input(&self, value: i16) -> i16 {
        value
    }

    #[inline(always)]
    fn weights<'w>(&self, weights: Input<'w, i8>, start: usize, len: usize) -> impl Fn(usize) -> i16 + 'w {
        let weights = weights.range(start, len);
        move |lane| weights.get(lane) as i16
    }

    #[inline(always)]
    fn multiply_add(sum: i64, value: i16, weight: i16) -> i64 {
        sum.wrapping_add((value as i32 * weight as i32) as i64)
    }
}

/// Floats, added up tap by tap.
struct Float32;

impl Arithmetic for Float32 {
    type Value = f32;
    type Weight = f32;
    type Factor = f32;
    type Sum = f32;

    #[inline(always)]
    fn input(&self, value: f32) -> f32 {
        value
    }

    #[inline(always)]
    fn weights<'w>(&self, weights: Input<'w, f32>, start: usize, len: usize) -> impl Fn(usize) -> f32 + 'w {
        let weights = weights.range(start, len);
        move |lane| weights.get(lane)
    }

    #[inline(always)]
    fn multiply_add(sum: f32, value: f32, weight: f32) -> f32 {
        sum + value * weight
    }
}

/// Bias and activation of the float kernel.
struct Clamp<'a> {
    bias: Input<'a, f32>,
    minimum: f32,
    maximum: f32,
}

impl Finish for Clamp<'_> {
    type Sum = f32;
    type Value = f32;

    #[inline(always)]
    fn finish<const N: usize>(&self, first: usize, sums: [f32; N], output: Output<'_, f32>) {
        for (lane, sum) in sums.into_iter().enumerate() {
            let bias = if self.bias.is_empty() { 0.0 } else { self.bias.get(first + lane) };
            output.set(lane, clamp(sum + bias, self.minimum, self.maximum));
        }
    }
}

fn run<A: Arithmetic, F: Finish<Sum = A::Sum, Value = A::Value>>(
    call: &Call<'_>,
    geometry: &Geometry,
    arithmetic: A,
    finish: F,
) {
    let (input, weights) = (call.input(0), call.input(1));
    let ring = Ring::of(call, call.output(0), geometry.output_channels as usize);
    Depthwise { geometry, input, weights, ring, arithmetic, finish }.run();
}

fn int8(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let arithmetic = Int8 { input_offset: p.input_offset as i16 };
    run(call, &p.geometry, arithmetic, Requantise::<i32, i8>::of(call, 2, p.output));
}

fn int8_int4(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let arithmetic = Int8Int4(Int8 { input_offset: p.input_offset as i16 });
    run(call, &p.geometry, arithmetic, Requantise::<i32, i8>::of(call, 2, p.output));
}

fn int16(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    run(call, &p.geometry, Int16, Requantise::<i64, i16>::of(call, 2, p.output));
}

fn float32(call: &Call<'_>) {
    let p: &FloatParameters = call.parameters();
    let finish = Clamp { bias: call.input(2), minimum: p.minimum, maximum: p.maximum };
    run(call, &p.geometry, Float32, finish);
}
