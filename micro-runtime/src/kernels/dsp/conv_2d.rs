//! The twin of [`CONV_2D int8`](crate::kernels::conv_2d::INT8) for one group of channels, and of DEPTHWISE_CONV_2D with
//! one input channel, which is the same.
//!
//! Two pixels are computed at a time. Both windows are widened side by side into the first scratch operand before
//! anything of the two pixels is written. A window whose rows do not come in whole words, or that reaches over the
//! edge of the image, is put together in the second scratch operand first; taps outside hold the zero point there.

use bytemuck::{Pod, Zeroable};

use super::inner::channels::{self, Stage};
use super::inner::pixels::{Filters, two_pixels};
use super::inner::widen::{Runs, copy_run, two_by_two};
use super::{Instructions, Native, RECORD, TWIN};
use crate::arena::{Input, Output};
use crate::kernels::support::requantise::OutputStage;
use crate::kernels::support::window::{Geometry, Pixel};
use crate::kernels::{Call, Fault, Kernel, Op, code, number, volume};

/// Parameters.
///
/// Inputs: input, packed weights ([`weight_words`]), records ([`RECORD`] words for each channel, rounded up to an even
/// number of channels). One output. Scratch: [`value_words`] words, [`patch_bytes`] bytes.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Images and window.
    pub geometry: Geometry,
    /// What taps outside the image hold.
    pub zero_point: i32,
    /// Zero point and range of the output.
    pub output: OutputStage,
}

/// `int8`.
pub const INT8: Kernel = Kernel {
    code: code(number::CONV_2D, TWIN),
    name: "CONV_2D int8 (armv7em)",
    check,
    invoke: |call| convolve::<Native>(call),
};

/// Elements of a window, rounded up to whole words of bytes.
fn elements(geometry: &Geometry) -> Result<usize, Fault> {
    let elements = volume(&[geometry.window_height, geometry.window_width, geometry.input_channels])?;
    elements.checked_next_multiple_of(4).ok_or(Fault::new("its window is too large"))
}

/// Words of packed weights.
pub fn weight_words(geometry: &Geometry) -> Result<usize, Fault> {
    let pairs = geometry.output_channels.div_ceil(2);
    volume(&[elements(geometry)? as u32 / 2, pairs])
}

/// Words of the first scratch operand.
pub fn value_words(geometry: &Geometry) -> Result<usize, Fault> {
    elements(geometry)
}

/// Bytes of the second scratch operand: none for windows that always lie in the input as whole words.
pub fn patch_bytes(geometry: &Geometry) -> Result<usize, Fault> {
    let taps = volume(&[geometry.window_height, geometry.window_width])?;
    let has_padding = geometry.padding_top > 0 || geometry.padding_left > 0;
    if taps == 1 && geometry.input_channels.is_multiple_of(4) && !has_padding {
        return Ok(0);
    }
    volume(&[elements(geometry)? as u32 + 4, 2])
}

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(3, 1, 2)?;
    p.geometry.check()?;
    op.input::<i8>(0, p.geometry.input_elements()?)?;
    op.input::<i32>(1, weight_words(&p.geometry)?)?;
    let records = op.constant_input::<i32>(2)?;
    channels::check(records)?;
    if records.len() != p.geometry.output_channels.next_multiple_of(2) as usize * RECORD {
        return Err(Fault::new("it has the wrong number of multipliers"));
    }
    op.output::<i8>(0, p.geometry.output_elements()?)?;
    op.scratch_elements::<i32>(0, value_words(&p.geometry)?)?;
    op.scratch_elements::<i8>(1, patch_bytes(&p.geometry)?)
}

struct Convolution<'a> {
    parameters: &'a Parameters,
    filters: Filters<'a>,
    input: Input<'a, i8>,
    output: Output<'a, i8>,
    /// Both windows, widened.
    values: Output<'a, i32>,
    /// Both windows as bytes.
    patches: Output<'a, i8>,
}

fn convolve<I: Instructions>(call: &Call<'_>) {
    let parameters: &Parameters = call.parameters();
    let geometry = &parameters.geometry;
    let values = call.scratch::<i32>(0);
    let convolution = Convolution {
        parameters,
        filters: Filters {
            elements: values.len(),
            weights: call.input(1),
            channels: call.input(2),
            stage: Stage::new(&parameters.output),
        },
        input: call.input(0),
        output: call.output(0),
        values,
        patches: call.scratch(1),
    };
    if values.is_empty() {
        return;
    }
    let mut waiting = None;
    geometry.for_each_pixel(|pixel| match waiting.take() {
        None => waiting = Some(pixel),
        Some(first) => convolution.two_pixels::<I>(&first, &pixel),
    });
    if let Some(last) = waiting {
        convolution.two_pixels::<I>(&last, &last);
    }
}

impl Convolution<'_> {
    /// Computes two pixels, which may be the same.
    #[inline(never)]
    fn two_pixels<I: Instructions>(&self, first: &Pixel, second: &Pixel) {
        if !self.widen_rows::<I>(first, second) {
            self.widen_patches::<I>(first, second);
        }
        let channels = self.parameters.geometry.output_channels as usize;
        let output = |pixel: &Pixel| self.output.range(pixel.index * channels, channels);
        two_pixels::<I>(&self.filters, self.values.as_input(), output(first), output(second));
    }

    /// Widens both windows right from the input. False when they do not lie there as rows of whole words, the same
    /// rows in both.
    #[inline(always)]
    fn widen_rows<I: Instructions>(&self, first: &Pixel, second: &Pixel) -> bool {
        let geometry = &self.parameters.geometry;
        let (width, channels) = (geometry.window_width as usize, geometry.input_channels as usize);
        let run = width * channels;
        let (rows, others) = (first.rows, second.rows);
        let is_whole = first.columns.count == width && second.columns.count == width;
        if !is_whole
            || !run.is_multiple_of(4)
            || (geometry.dilation_width > 1 && width > 1)
            || (rows.first, rows.count) != (others.first, others.count)
        {
            return false;
        }
        let step = geometry.dilation_height as usize * geometry.input_width as usize * channels;
        let outside = (self.parameters.zero_point as u16 as u32 * 0x1_0001) as i32;
        let (begin, end) = (rows.first * run, (rows.first + rows.count) * run);
        self.values.range(0, begin).fill(outside);
        self.values.tail(end).fill(outside);
        let start = |pixel| geometry.input_pixel(pixel, 0, 0) * channels;
        let runs = Runs { count: rows.count, length: run, step: step.max(run) };
        two_by_two::<I>(self.input, (start(first), start(second)), runs, self.values.range(begin, end - begin));
        true
    }

    /// Puts both windows together and widens them.
    #[inline(never)]
    fn widen_patches<I: Instructions>(&self, first: &Pixel, second: &Pixel) {
        let length = self.patches.len() / 2;
        for (number, pixel) in [first, second].into_iter().enumerate() {
            self.gather(pixel, self.patches.range(number * length, length));
        }
        let runs = Runs { count: 1, length: self.values.len(), step: self.values.len() };
        two_by_two::<I>(self.patches.as_input(), (0, length), runs, self.values);
    }

    /// Fills `patch` with the bytes of a window, the zero point for taps outside the image.
    fn gather(&self, pixel: &Pixel, patch: Output<'_, i8>) {
        let geometry = &self.parameters.geometry;
        let (rows, columns, channels) = (pixel.rows, pixel.columns, geometry.input_channels as usize);
        let taps = geometry.window_height as usize * geometry.window_width as usize;
        let is_whole = rows.count * columns.count == taps;
        if !is_whole {
            patch.fill(self.parameters.zero_point as i8);
        }
        let (runs, width) = if geometry.dilation_width == 1 { (1, columns.count) } else { (columns.count, 1) };
        if columns.count == 0 {
            return;
        }
        for (row, column) in (0..rows.count).flat_map(|row| (0..runs).map(move |column| (row, column))) {
            let source = self.input.tail(geometry.input_pixel(pixel, row, column) * channels);
            let target = patch.tail(geometry.tap(pixel, row, column) * channels);
            // What spills out of a run of a whole window is the place of the next run, or of no tap at all.
            copy_run(source, width * channels, target, is_whole);
        }
    }
}
