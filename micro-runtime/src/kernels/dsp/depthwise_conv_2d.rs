//! The twin of [`DEPTHWISE_CONV_2D int8`](crate::kernels::depthwise_conv_2d::INT8) for as many output as input
//! channels, a multiple of [`CHANNELS`] of them.
//!
//! Pixel by pixel, [`CHANNELS`] channels at a time are accumulated over the taps inside the image and then written, in
//! order; with a ring, as the plain kernel does it.

use bytemuck::{Pod, Zeroable};

use super::inner::channels::Stage;
use super::inner::depthwise::{Filters, Inside, Pixels, pixels};
use super::{CHANNELS, RECORD, TWIN};
use crate::arena::Input;
use crate::instructions::{Instructions, Native};
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
    op.input::<i32>(2, volume(&[channels, RECORD as u32])?)?;
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
    let whole = geometry.whole_columns();
    let mut index = 0;
    for batch in 0..geometry.batches as usize {
        for row in 0..geometry.output_height {
            let rows = geometry.rows(row);
            let mut column = 0;
            while column < geometry.output_width {
                let count = if column == whole.start { whole.len().max(1) } else { 1 };
                let first = Pixel { index, batch, rows, columns: geometry.columns(column) };
                compute::<I>(&filters, geometry, &first, count, input, &ring);
                index += count;
                column += count as u32;
            }
        }
    }
    ring.finish(index);
}

/// Computes some pixels of a row, all with the taps that the first has.
#[inline(never)]
fn compute<I: Instructions>(
    filters: &Filters<'_>,
    geometry: &Geometry,
    first: &Pixel,
    count: usize,
    input: Input<'_, i8>,
    ring: &Ring<'_, i8>,
) {
    let channels = geometry.input_channels as usize;
    let inside = Inside {
        rows: first.rows.count,
        columns: first.columns.count,
        first: first.rows.first * filters.width + first.columns.first,
        step: geometry.dilation_width as usize * channels,
        row_step: geometry.dilation_height as usize * geometry.input_width as usize * channels,
    };
    let start = geometry.input_pixel(first, 0, 0) * channels;
    let run = Pixels { count, start, step: geometry.stride_width as usize * channels };
    pixels::<I>(filters, &inside, input, &run, channels, |pixel| {
        ring.make_room(first.index + pixel);
        ring.place(first.index + pixel)
    });
}
