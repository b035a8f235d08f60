//! The twins of [`CONV_2D int8`](crate::kernels::conv_2d::INT8) and of the same with weights of
//! [4 bits](crate::kernels::conv_2d::INT8_INT4), for one group of channels; and of DEPTHWISE_CONV_2D with one input channel,
//! which is the same.
//!
//! Two pixels are computed at a time. Both windows are widened side by side into the first scratch operand before
//! anything of the two pixels is written. A window whose rows do not come in whole words, or that reaches over the
//! edge of the image, is put together in the second scratch operand first; taps outside hold the zero point there.
//! Where a row of a window is made longer, to whole words, it is read with what lies behind it, and that has weights
//! of 0.

use bytemuck::{Pod, Zeroable};

use super::inner::channels::Stage;
use super::inner::nibbles::{self, block_words};
use super::inner::pixels::{self, Filters, pair_words};
use super::inner::widen::{Runs, copy_runs, two_by_two};
use super::{BLOCK, TWIN};
use crate::arena::{Input, Output};
use crate::instructions::{Instructions, Native};
use crate::kernels::support::requantise::OutputStage;
use crate::kernels::support::window::{Geometry, Pixel};
use crate::kernels::{Call, Fault, Kernel, Op, code, number, volume};

/// Parameters.
///
/// Inputs: input, packed weights and records ([`pair_words`] for each two channels, or [`block_words`] for each four). One output. Scratch: [`Parameters::elements`] words,
/// [`Parameters::patch_bytes`] bytes.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Images and window.
    pub geometry: Geometry,
    /// Elements of a row of the window in the packed weights, at least those that it has.
    pub row_elements: u32,
    /// What taps outside the image hold.
    pub zero_point: i32,
    /// Zero point and range of the output.
    pub output: OutputStage,
}

/// `int8` input and weights.
pub const INT8: Kernel = Kernel {
    code: code(number::CONV_2D, TWIN),
    name: "CONV_2D int8 (armv7em)",
    check: |op| check(op, pair_words, 2),
    invoke: |call| convolve::<Native>(call, pixels::two_pixels::<Native>),
};

/// `int8` input, `int4` weights.
pub const INT8_INT4: Kernel = Kernel {
    code: code(number::CONV_2D, TWIN + 1),
    name: "CONV_2D int8 x int4 (armv7em)",
    check: |op| check(op, block_words, BLOCK as u32),
    invoke: |call| convolve::<Native>(call, nibbles::two_pixels::<Native>),
};

/// Writes all channels of two pixels from their widened windows. One function for each width of weights, so that the
/// windows are put together by the same code for both.
type TwoPixels = fn(&Filters<'_>, Input<'_, i32>, Output<'_, i8>, (usize, usize), usize);

impl Parameters {
    /// Elements of a window in the packed weights, a multiple of 4.
    pub fn elements(&self) -> Result<usize, Fault> {
        let elements = volume(&[self.geometry.window_height, self.row_elements])?;
        elements.checked_next_multiple_of(4).ok_or(Fault::new("its window is too large"))
    }

    /// Whether each window is one pixel of the input, of whole words.
    #[inline(never)]
    fn is_pointwise(&self) -> bool {
        let g = &self.geometry;
        [g.window_height, g.window_width, g.stride_height, g.stride_width] == [1; 4]
            && [g.padding_top, g.padding_left] == [0; 2]
            && (g.input_height, g.input_width) == (g.output_height, g.output_width)
            && self.row_elements == g.input_channels
            && g.input_channels.is_multiple_of(4)
    }

    /// Whether all windows lie in the input, and their rows are whole words there.
    #[inline(never)]
    fn is_inside(&self) -> bool {
        let g = &self.geometry;
        // Positions may leave 32 bits before they are checked.
        let ends_inside = |outputs: u32, stride: u32, window: u32, dilation: u32, inputs: u32| {
            let last = outputs.saturating_sub(1) as u64 * stride as u64;
            last + (window.saturating_sub(1) as u64 * dilation as u64) < inputs as u64
        };
        [g.padding_top, g.padding_left] == [0; 2]
            && self.row_elements.is_multiple_of(4)
            && self.row_elements as u64 == g.window_width as u64 * g.input_channels as u64
            && (g.dilation_width == 1 || g.window_width == 1)
            && ends_inside(g.output_height, g.stride_height, g.window_height, g.dilation_height, g.input_height)
            && ends_inside(g.output_width, g.stride_width, g.window_width, g.dilation_width, g.input_width)
    }

    /// Bytes of the second scratch operand, for windows of so many elements in the packed weights: none for windows that
    /// always lie in the input as whole words.
    #[inline(always)]
    pub fn patch_bytes(&self, elements: usize) -> Result<usize, Fault> {
        if self.is_inside() {
            return Ok(0);
        }
        volume(&[elements as u32, 2])?.checked_add(8).ok_or(Fault::new("its window is too large"))
    }
}

/// Checks a step whose packed weights have so many words for windows of so many elements, for each `block` of channels.
fn check(op: &Op<'_>, words: fn(usize) -> usize, block: u32) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(2, 1, 2)?;
    let (inputs, outputs) = p.geometry.check()?;
    op.input::<i8>(0, inputs)?;
    let elements = p.elements()?;
    if volume(&[p.geometry.window_width, p.geometry.input_channels])? > p.row_elements as usize || elements == 0 {
        return Err(Fault::new("its weights have no place for a row of its window"));
    }
    op.input::<i32>(1, volume(&[words(elements) as u32, p.geometry.output_channels.div_ceil(block)])?)?;
    op.output::<i8>(0, outputs)?;
    op.scratch_elements::<i32>(0, elements)?;
    op.scratch_elements::<i8>(1, p.patch_bytes(elements)?)
}

struct Convolution<'a> {
    parameters: &'a Parameters,
    filters: Filters<'a>,
    two_pixels: TwoPixels,
    input: Input<'a, i8>,
    output: Output<'a, i8>,
    /// Both windows, widened.
    values: Output<'a, i32>,
    /// Both windows as bytes.
    patches: Output<'a, i8>,
}

#[inline(never)]
fn convolve<I: Instructions>(call: &Call<'_>, two_pixels: TwoPixels) {
    let parameters: &Parameters = call.parameters();
    let geometry = &parameters.geometry;
    let convolution = Convolution {
        parameters,
        filters: Filters { weights: call.input(1), stage: Stage::new(&parameters.output) },
        two_pixels,
        input: call.input(0),
        output: call.output(0),
        values: call.scratch(0),
        patches: call.scratch(1),
    };
    if parameters.is_pointwise() {
        return convolution.all_points::<I>();
    }
    let mut waiting = None;
    geometry.for_each_pixel(|pixel| match waiting.take() {
        None => waiting = Some(pixel),
        Some(first) => convolution.two_windows::<I>(&first, &pixel),
    });
    if let Some(last) = waiting {
        convolution.two_windows::<I>(&last, &last);
    }
}

impl Convolution<'_> {
    /// Computes all pixels, each from the pixel of the input at the same place.
    fn all_points<I: Instructions>(&self) {
        let channels = self.parameters.geometry.input_channels as usize;
        let pixels = self.input.len() / channels;
        for first in (0..pixels).step_by(2) {
            let second = (first + 1).min(pixels - 1);
            let runs = Runs { count: 1, length: channels, step: channels };
            two_by_two::<I>(self.input, (first * channels, second * channels), runs, self.values);
            self.write(first, second);
        }
    }

    /// Computes two pixels, which may be the same.
    fn two_windows<I: Instructions>(&self, first: &Pixel, second: &Pixel) {
        if !self.widen_rows::<I>(first, second) {
            self.widen_patches::<I>(first, second);
        }
        self.write(first.index, second.index);
    }

    /// Writes two pixels whose windows are widened.
    #[inline(never)]
    fn write(&self, first: usize, second: usize) {
        let channels = self.parameters.geometry.output_channels as usize;
        let places = (first * channels, second * channels);
        (self.two_pixels)(&self.filters, self.values.as_input(), self.output, places, channels);
    }

    /// Widens both windows right from the input. False when they do not lie there as rows of whole words, the same
    /// rows in both.
    #[inline(always)]
    fn widen_rows<I: Instructions>(&self, first: &Pixel, second: &Pixel) -> bool {
        let geometry = &self.parameters.geometry;
        let (width, channels) = (geometry.window_width as usize, geometry.input_channels as usize);
        let length = self.parameters.row_elements as usize;
        let (rows, others) = (first.rows, second.rows);
        if first.columns.count != width
            || second.columns.count != width
            || !length.is_multiple_of(4)
            || (geometry.dilation_width > 1 && width > 1)
            || (rows.first, rows.count) != (others.first, others.count)
        {
            return false;
        }
        let start = |pixel| geometry.input_pixel(pixel, 0, 0) * channels;
        let starts = (start(first), start(second));
        let (begin, end) = (rows.first * length, (rows.first + rows.count) * length);
        let step = geometry.dilation_height as usize * geometry.input_width as usize * channels;
        let runs = Runs { count: rows.count, length, step };
        if !runs.lie_in(self.input, starts.0.max(starts.1)) {
            return false;
        }
        if end - begin < self.values.len() {
            let outside = (self.parameters.zero_point as u16 as u32 * 0x1_0001) as i32;
            self.values.range(0, begin).fill(outside);
            self.values.tail(end).fill(outside);
        }
        two_by_two::<I>(self.input, starts, runs, self.values.range(begin, end - begin));
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
        let row_elements = self.parameters.row_elements as usize;
        if rows.count * columns.count != taps {
            patch.fill(self.parameters.zero_point as i8);
        }
        if rows.count * columns.count == 0 {
            return;
        }
        let step = geometry.dilation_height as usize * geometry.input_width as usize * channels;
        let from = geometry.input_pixel(pixel, 0, 0) * channels;
        let to = rows.first * row_elements + columns.first * channels;
        // A run is the row of a dense window, else a tap: those of a column, one column after the other.
        let dilation = geometry.dilation_width as usize;
        let is_dense = dilation == 1;
        let length = if is_dense { columns.count * channels } else { channels };
        let runs = Runs { count: rows.count, length, step };
        for column in 0..if is_dense { 1 } else { columns.count } {
            let (from, to) = (from + column * dilation * channels, to + column * channels);
            copy_runs(self.input, from, runs, patch, to, row_elements);
        }
    }
}
