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
use super::support::requantise::{ChannelMultipliers, OutputStage};
use super::support::window::{Geometry, Pixel, for_each_block};
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

/// Requires the ring, if there is one, to hold whole output pixels.
fn check_ring<T: Element>(op: &Op<'_>, geometry: &Geometry) -> Result<(), Fault> {
    if op.scratch() == 0 {
        return Ok(());
    }
    let elements = op.scratch_bytes(0) / size_of::<T>();
    if elements == 0 || !elements.is_multiple_of(geometry.output_channels as usize) {
        return Err(Fault::new("its ring does not hold whole pixels"));
    }
    op.scratch_elements::<T>(0, elements)
}

fn check<I: Element, B: Element>(op: &Op<'_>) -> Result<usize, Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(5, 1, op.scratch().min(1))?;
    let weights = check_geometry(&p.geometry)?;
    check_ring::<I>(op, &p.geometry)?;
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
    check_ring::<f32>(op, &p.geometry)?;
    op.input::<f32>(0, p.geometry.input_elements()?)?;
    op.optional_input::<f32>(2, p.geometry.output_channels as usize)?;
    op.output::<f32>(0, p.geometry.output_elements()?)
}

/// How one combination of element types is read, multiplied and finished.
trait Arithmetic {
    /// Input and output elements.
    type Value: Element;
    type Weight: Element;
    /// What inputs and weights are multiplied as.
    type Factor: Copy;
    type Sum: Copy + Default;

    fn input(&self, value: Self::Value) -> Self::Factor;
    /// `N` weights from `start` on.
    fn weights<const N: usize>(&self, weights: Input<'_, Self::Weight>, start: usize) -> [Self::Factor; N];
    fn multiply_add(sum: Self::Sum, value: Self::Factor, weight: Self::Factor) -> Self::Sum;
    fn finish(&self, channel: usize, sum: Self::Sum) -> Self::Value;
}

/// A run of the kernel with one arithmetic.
struct Depthwise<'a, A: Arithmetic> {
    geometry: &'a Geometry,
    input: Input<'a, A::Value>,
    weights: Input<'a, A::Weight>,
    output: Output<'a, A::Value>,
    /// The newest output pixels, by their number; empty when pixels are written at once.
    ring: Output<'a, A::Value>,
    arithmetic: A,
}

impl<A: Arithmetic> Depthwise<'_, A> {
    #[inline(always)]
    fn run(&self) {
        let (inputs, outputs) = (self.geometry.input_channels as usize, self.geometry.output_channels as usize);
        let mut pixels = 0;
        self.geometry.for_each_pixel(|pixel| {
            self.make_room(pixel.index);
            pixels = pixel.index + 1;
            if inputs == outputs {
                for_each_block!(outputs, side_by_side(self, &pixel));
            } else {
                for input in 0..inputs {
                    for_each_block!(outputs / inputs, fan_out(self, &pixel, input));
                }
            }
        });
        let waiting = self.ring.len() / outputs;
        (pixels..pixels + waiting).for_each(|index| self.make_room(index));
    }

    /// The place of output pixel `index` until it is written: in the ring, or in the output itself.
    #[inline(always)]
    fn place(&self, index: usize) -> Output<'_, A::Value> {
        let outputs = self.geometry.output_channels as usize;
        match self.ring.len() / outputs {
            0 => self.output.range(index * outputs, outputs),
            places => self.ring.range(index % places * outputs, outputs),
        }
    }

    /// Writes the pixel that waits where pixel `index` is about to go.
    #[inline(always)]
    fn make_room(&self, index: usize) {
        let outputs = self.geometry.output_channels as usize;
        let places = self.ring.len() / outputs;
        if places > 0 && index >= places {
            self.output.range((index - places) * outputs, outputs).copy_from(self.place(index).as_input());
        }
    }

    /// Accumulates the output channels from `channel` on over the window and writes them; `values` reads their
    /// factors at an input pixel.
    #[inline(always)]
    fn block<const N: usize>(&self, pixel: &Pixel, channel: usize, values: impl Fn(usize) -> [A::Factor; N]) {
        let outputs = self.geometry.output_channels as usize;
        let mut sums = [A::Sum::default(); N];
        for row in 0..pixel.rows.count {
            for column in 0..pixel.columns.count {
                let values = values(self.geometry.input_pixel(pixel, row, column));
                let tap = self.geometry.tap(pixel, row, column);
                let weights = self.arithmetic.weights::<N>(self.weights, tap * outputs + channel);
                for lane in 0..N {
                    sums[lane] = A::multiply_add(sums[lane], values[lane], weights[lane]);
                }
            }
        }
        let target = self.place(pixel.index).range(channel, N);
        for (lane, cell) in target.iter().enumerate() {
            cell.set(self.arithmetic.finish(channel + lane, sums[lane]));
        }
    }
}

/// `N` channels that each have an input channel of their own.
#[inline(always)]
fn side_by_side<const N: usize, A: Arithmetic>(depthwise: &Depthwise<'_, A>, pixel: &Pixel, channel: usize) {
    let inputs = depthwise.geometry.input_channels as usize;
    depthwise.block::<N>(pixel, channel, |input| {
        let values = depthwise.input.range(input * inputs + channel, N).array::<N>();
        values.map(|value| depthwise.arithmetic.input(value))
    });
}

/// `N` of the channels that share input channel `channel`, the first of them number `number`.
#[inline(always)]
fn fan_out<const N: usize, A: Arithmetic>(depthwise: &Depthwise<'_, A>, pixel: &Pixel, channel: usize, number: usize) {
    let (inputs, outputs) = (depthwise.geometry.input_channels as usize, depthwise.geometry.output_channels as usize);
    depthwise.block::<N>(pixel, channel * (outputs / inputs) + number, |input| {
        [depthwise.arithmetic.input(depthwise.input.get(input * inputs + channel)); N]
    });
}

/// The requantisation of a kernel with a bias of type `B`.
struct Quantised<'a, B> {
    offset: i16,
    bias: Input<'a, B>,
    multipliers: ChannelMultipliers<'a>,
    output: OutputStage,
}

impl<'a, B: Element + Default> Quantised<'a, B> {
    fn of(call: &Call<'a>) -> Self {
        let p: &Parameters = call.parameters();
        let multipliers = ChannelMultipliers::of(call, 3);
        Quantised { offset: p.input_offset as i16, bias: call.input(2), multipliers, output: p.output }
    }

    #[inline(always)]
    fn bias(&self, channel: usize) -> B {
        if self.bias.is_empty() { B::default() } else { self.bias.get(channel) }
    }
}

struct Int8<'a>(Quantised<'a, i32>);

impl Arithmetic for Int8<'_> {
    type Value = i8;
    type Weight = i8;
    type Factor = i16;
    type Sum = i32;

    #[inline(always)]
    fn input(&self, value: i8) -> i16 {
        (value as i16).wrapping_add(self.0.offset)
    }

    #[inline(always)]
    fn weights<const N: usize>(&self, weights: Input<'_, i8>, start: usize) -> [i16; N] {
        weights.range(start, N).array::<N>().map(|weight| weight as i16)
    }

    #[inline(always)]
    fn multiply_add(sum: i32, value: i16, weight: i16) -> i32 {
        sum.wrapping_add(value as i32 * weight as i32)
    }

    #[inline(always)]
    fn finish(&self, channel: usize, sum: i32) -> i8 {
        let sum = sum.wrapping_add(self.0.bias(channel));
        self.0.output.apply(self.0.multipliers.get(channel).apply(sum)) as i8
    }
}

struct Int8Int4<'a>(Int8<'a>);

impl Arithmetic for Int8Int4<'_> {
    type Value = i8;
    type Weight = u8;
    type Factor = i16;
    type Sum = i32;

    #[inline(always)]
    fn input(&self, value: i8) -> i16 {
        self.0.input(value)
    }

    #[inline(always)]
    fn weights<const N: usize>(&self, weights: Input<'_, u8>, start: usize) -> [i16; N] {
        core::array::from_fn(|lane| int4(weights, start + lane) as i16)
    }

    #[inline(always)]
    fn multiply_add(sum: i32, value: i16, weight: i16) -> i32 {
        Int8::multiply_add(sum, value, weight)
    }

    #[inline(always)]
    fn finish(&self, channel: usize, sum: i32) -> i8 {
        self.0.finish(channel, sum)
    }
}

struct Int16<'a>(Quantised<'a, i64>);

impl Arithmetic for Int16<'_> {
    type Value = i16;
    type Weight = i8;
    type Factor = i16;
    type Sum = i64;

    #[inline(always)]
    fn input(&self, value: i16) -> i16 {
        value
    }

    #[inline(always)]
    fn weights<const N: usize>(&self, weights: Input<'_, i8>, start: usize) -> [i16; N] {
        weights.range(start, N).array::<N>().map(|weight| weight as i16)
    }

    #[inline(always)]
    fn multiply_add(sum: i64, value: i16, weight: i16) -> i64 {
        sum.wrapping_add((value as i32 * weight as i32) as i64)
    }

    #[inline(always)]
    fn finish(&self, channel: usize, sum: i64) -> i16 {
        let sum = sum.wrapping_add(self.0.bias(channel));
        self.0.output.apply(self.0.multipliers.get(channel).apply_wide(sum)) as i16
    }
}

struct Float32<'a> {
    bias: Input<'a, f32>,
    minimum: f32,
    maximum: f32,
}

impl Arithmetic for Float32<'_> {
    type Value = f32;
    type Weight = f32;
    type Factor = f32;
    type Sum = f32;

    #[inline(always)]
    fn input(&self, value: f32) -> f32 {
        value
    }

    #[inline(always)]
    fn weights<const N: usize>(&self, weights: Input<'_, f32>, start: usize) -> [f32; N] {
        weights.range(start, N).array()
    }

    #[inline(always)]
    fn multiply_add(sum: f32, value: f32, weight: f32) -> f32 {
        sum + value * weight
    }

    #[inline(always)]
    fn finish(&self, channel: usize, sum: f32) -> f32 {
        let bias = if self.bias.is_empty() { 0.0 } else { self.bias.get(channel) };
        clamp(sum + bias, self.minimum, self.maximum)
    }
}

fn run<A: Arithmetic>(call: &Call<'_>, geometry: &Geometry, arithmetic: A) {
    let (input, weights, output) = (call.input(0), call.input(1), call.output(0));
    let ring = if call.has_scratch() { call.scratch(0) } else { Output::empty() };
    Depthwise { geometry, input, weights, output, ring, arithmetic }.run();
}

fn int8(call: &Call<'_>) {
    run(call, &call.parameters::<Parameters>().geometry, Int8(Quantised::of(call)));
}

fn int8_int4(call: &Call<'_>) {
    run(call, &call.parameters::<Parameters>().geometry, Int8Int4(Int8(Quantised::of(call))));
}

fn int16(call: &Call<'_>) {
    run(call, &call.parameters::<Parameters>().geometry, Int16(Quantised::of(call)));
}

fn float32(call: &Call<'_>) {
    let p: &FloatParameters = call.parameters();
    run(call, &p.geometry, Float32 { bias: call.input(2), minimum: p.minimum, maximum: p.maximum });
}
