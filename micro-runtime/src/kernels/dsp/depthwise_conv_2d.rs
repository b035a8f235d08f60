//! The twin of [`DEPTHWISE_CONV_2D int8`](crate::kernels::depthwise_conv_2d::INT8) for as many output as input
//! channels, a multiple of [`CHANNELS`] of them.
//!
//! Pixel by pixel, [`CHANNELS`] channels at a time are accumulated over the taps inside the image and then written, in
//! order; with a ring, as the plain kernel does it.

use bytemuck::{Pod, Zeroable};

use super::inner::channels::{self, Stage};
use super::inner::depthwise::{Filters, Inside, pixel};
use super::{CHANNELS, Instructions, Native, RECORD, TWIN};
use crate::arena::{Input, Output};
use crate::kernels::support::requantise::OutputStage;
use crate::kernels::support::ring::Ring;
use crate::kernels::support::window::{Geometry, Pixel};
use crate::kernels::{Call, Fault, Kernel, Op, code, number, volume};

/// Parameters.
///
/// Inputs: input, packed weights (two words for each tap and [`CHANNELS`] channels), records ([`RECORD`] words for each
/// channel). One output. At most one scratch operand, the ring.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Images and window. As many output channels as input channels.
    pub geometry: Geometry,
    /// The negated zero point of the input, in `-128..=128`.
    pub input_offset: i32,
    /// Zero point and range of the output.
    pub output: OutputStage,
}

/// `int8`.
pub const INT8: Kernel = Kernel {
    code: code(number::DEPTHWISE_CONV_2D, TWIN),
    name: "DEPTHWISE_CONV_2D int8 (armv7em)",
    check,
    invoke: |call| convolve::<Native>(call),
};

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(3, 1, op.scratch().min(1))?;
    p.geometry.check()?;
    let channels = p.geometry.output_channels;
    if channels != p.geometry.input_channels || !channels.is_multiple_of(CHANNELS as u32) {
        return Err(Fault::new("its channels cannot be taken a few at a time"));
    }
    Ring::<i8>::check(op, channels as usize)?;
    op.input::<i8>(0, p.geometry.input_elements()?)?;
    let taps = [p.geometry.window_height, p.geometry.window_width];
    op.input::<i32>(1, volume(&[taps[0], taps[1], channels / CHANNELS as u32, 2])?)?;
    let records = op.constant_input::<i32>(2)?;
    channels::check(records)?;
    if records.len() != channels as usize * RECORD {
        return Err(Fault::new("it has the wrong number of multipliers"));
    }
    op.output::<i8>(0, p.geometry.output_elements()?)
}

fn convolve<I: Instructions>(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let geometry = &p.geometry;
    let channels = geometry.output_channels as usize;
    let (input, output) = (call.input::<i8>(0), call.output::<i8>(0));
    let width = geometry.window_width as usize;
    let filters = Filters {
        taps: geometry.window_height as usize * width,
        width,
        weights: call.input(1),
        channels: call.input(2),
        offsets: p.input_offset as u16 as u32 * 0x1_0001,
        stage: Stage::new(&p.output),
    };
    let ring = Ring::of(call, output, channels);
    let mut pixels = 0;
    geometry.for_each_pixel(|at| {
        ring.make_room(at.index);
        pixels = at.index + 1;
        compute::<I>(&filters, geometry, &at, input, ring.place(at.index));
    });
    ring.finish(pixels);
}

/// Computes one pixel.
#[inline(never)]
fn compute<I: Instructions>(
    filters: &Filters<'_>,
    geometry: &Geometry,
    at: &Pixel,
    input: Input<'_, i8>,
    output: Output<'_, i8>,
) {
    let channels = geometry.input_channels as usize;
    let inside = Inside {
        rows: at.rows.count,
        columns: at.columns.count,
        first: at.rows.first * filters.width + at.columns.first,
        step: geometry.dilation_width as usize * channels,
        row_step: geometry.dilation_height as usize * geometry.input_width as usize * channels,
    };
    pixel::<I>(filters, &inside, input.tail(geometry.input_pixel(at, 0, 0) * channels), output);
}
