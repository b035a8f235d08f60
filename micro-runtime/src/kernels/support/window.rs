//! Windows that slide over the rows and columns of an image: which input pixels an output pixel is made of.
//!
//! Convolutions and pools share this geometry, and so does the host, which derives from it how far the output of
//! such an op may reach into its input.

use bytemuck::{Pod, Zeroable};

use crate::kernels::{Fault, volume};

/// A window sliding over images `[batches, input_height, input_width, input_channels]`, giving images
/// `[batches, output_height, output_width, output_channels]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Geometry {
    /// Images.
    pub batches: u32,
    /// Rows of an input image.
    pub input_height: u32,
    /// Columns of an input image.
    pub input_width: u32,
    /// Elements of an input pixel.
    pub input_channels: u32,
    /// Rows of an output image.
    pub output_height: u32,
    /// Columns of an output image.
    pub output_width: u32,
    /// Elements of an output pixel.
    pub output_channels: u32,
    /// Rows of the window, its taps downwards.
    pub window_height: u32,
    /// Columns of the window, its taps to the right.
    pub window_width: u32,
    /// Input rows from one output row to the next.
    pub stride_height: u32,
    /// Input columns from one output column to the next.
    pub stride_width: u32,
    /// Input rows from one tap to the next; 1 when the window is dense.
    pub dilation_height: u32,
    /// Input columns from one tap to the next.
    pub dilation_width: u32,
    /// Rows that the first window reaches above the image.
    pub padding_top: u32,
    /// Columns that the first window reaches to the left of the image.
    pub padding_left: u32,
}

/// The taps of a window that lie inside the image, in one direction. They are neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taps {
    /// The first tap inside.
    pub first: usize,
    /// How many are inside.
    pub count: usize,
    /// The input row or column of the first.
    pub position: usize,
}

/// An output pixel and the taps that it is made of.
#[derive(Clone, Copy, Debug)]
pub struct Pixel {
    /// Its number among the pixels of all output images.
    pub index: usize,
    /// Its image.
    pub batch: usize,
    /// The rows inside the image.
    pub rows: Taps,
    /// The columns inside the image.
    pub columns: Taps,
}

impl Geometry {
    /// The elements of all input and of all output images. Requires extents, strides and dilations of at least 1, and
    /// positions that fit 31 bits.
    pub fn check(&self) -> Result<(usize, usize), Fault> {
        check_axis(self.output_height, self.window_height, self.stride_height, self.dilation_height, self.padding_top)?;
        check_axis(self.output_width, self.window_width, self.stride_width, self.dilation_width, self.padding_left)?;
        let extents = [self.input_height, self.input_width, self.output_height, self.output_width];
        if extents.iter().any(|&extent| extent > REACH) {
            return Err(Fault::new("its extents are too large"));
        }
        let (inputs, outputs) = (self.input_elements()?, self.output_elements()?);
        if inputs == 0 || outputs == 0 {
            return Err(Fault::new("one of its extents is 0"));
        }
        Ok((inputs, outputs))
    }

    /// The elements of all input images.
    pub fn input_elements(&self) -> Result<usize, Fault> {
        volume(&[self.batches, self.input_height, self.input_width, self.input_channels])
    }

    /// The elements of all output images.
    pub fn output_elements(&self) -> Result<usize, Fault> {
        volume(&[self.batches, self.output_height, self.output_width, self.output_channels])
    }

    /// The taps inside the image of output row `row`.
    #[inline]
    pub fn rows(&self, row: u32) -> Taps {
        let start = (row * self.stride_height) as i32 - self.padding_top as i32;
        Taps::new(start, self.window_height, self.dilation_height, self.input_height)
    }

    /// The taps inside the image of output column `column`.
    #[inline]
    pub fn columns(&self, column: u32) -> Taps {
        let start = (column * self.stride_width) as i32 - self.padding_left as i32;
        Taps::new(start, self.window_width, self.dilation_width, self.input_width)
    }

    /// The output columns with all taps inside the image.
    #[inline]
    pub fn whole_columns(&self) -> core::ops::Range<u32> {
        let reach = self.window_width.saturating_sub(1) * self.dilation_width + 1;
        let first = self.padding_left.div_ceil(self.stride_width);
        let end = match (self.input_width + self.padding_left).checked_sub(reach) {
            Some(last) => (last / self.stride_width + 1).min(self.output_width),
            None => 0,
        };
        first.min(end)..end
    }

    /// As [`check`](Geometry::check), for a convolution that is transposed: input pixels are `stride` output pixels
    /// apart, `padding` is cut off the output, taps are neighbours.
    pub fn check_transposed(&self) -> Result<(), Fault> {
        self.check()?;
        check_axis(self.input_height, self.window_height, self.stride_height, 1, self.padding_top)?;
        check_axis(self.input_width, self.window_width, self.stride_width, 1, self.padding_left)
    }

    /// The input rows that a transposed convolution makes output row `row` of, each with its tap.
    #[inline]
    pub fn source_rows(&self, row: u32) -> impl Iterator<Item = (usize, usize)> + use<> {
        sources(row + self.padding_top, self.window_height, self.stride_height, self.input_height)
    }

    /// The input columns that a transposed convolution makes output column `column` of, each with its tap.
    #[inline]
    pub fn source_columns(&self, column: u32) -> impl Iterator<Item = (usize, usize)> + use<> {
        sources(column + self.padding_left, self.window_width, self.stride_width, self.input_width)
    }

    /// Calls `pixel` for every output pixel, in the order in which they lie.
    #[inline(always)]
    pub fn for_each_pixel(&self, mut pixel: impl FnMut(Pixel)) {
        let mut index = 0;
        for batch in 0..self.batches as usize {
            for row in 0..self.output_height {
                let rows = self.rows(row);
                for column in 0..self.output_width {
                    pixel(Pixel { index, batch, rows, columns: self.columns(column) });
                    index += 1;
                }
            }
        }
    }

    /// The number of the input pixel under tap `row`, `column` of those inside, among the pixels of all images.
    #[inline(always)]
    pub fn input_pixel(&self, pixel: &Pixel, row: usize, column: usize) -> usize {
        let row = pixel.rows.position + row * self.dilation_height as usize;
        let column = pixel.columns.position + column * self.dilation_width as usize;
        (pixel.batch * self.input_height as usize + row) * self.input_width as usize + column
    }

    /// The number of that tap among the taps of the whole window.
    #[inline(always)]
    pub fn tap(&self, pixel: &Pixel, row: usize, column: usize) -> usize {
        (pixel.rows.first + row) * self.window_width as usize + pixel.columns.first + column
    }
}

impl Taps {
    /// Those of `taps` taps, the first at `start`, that lie in `0..extent`.
    #[inline]
    fn new(start: i32, taps: u32, dilation: u32, extent: u32) -> Taps {
        let steps = |distance: u32| if dilation == 1 { distance } else { distance.div_ceil(dilation) };
        let first = steps((-start).max(0) as u32);
        let end = steps((extent as i32 - start).max(0) as u32).min(taps);
        if end <= first {
            return Taps { first: 0, count: 0, position: 0 };
        }
        let position = (start + (first * dilation) as i32) as usize;
        Taps { first: first as usize, count: (end - first) as usize, position }
    }
}

/// The inputs of `0..extent` that reach `position`, with the tap that does it: `input * stride + tap = position`.
#[inline]
fn sources(position: u32, taps: u32, stride: u32, extent: u32) -> impl Iterator<Item = (usize, usize)> {
    let first = (position + 1).saturating_sub(taps).div_ceil(stride);
    let end = (position / stride + 1).min(extent);
    (first..end).map(move |input| (input as usize, (position - input * stride) as usize))
}

/// What positions and distances may be: a quarter of the range, so that no sum of them leaves `i32`.
const REACH: u32 = 1 << 29;

fn check_axis(pixels: u32, taps: u32, stride: u32, dilation: u32, padding: u32) -> Result<(), Fault> {
    if stride == 0 || dilation == 0 {
        return Err(Fault::new("a stride or dilation is 0"));
    }
    let reach = |count: u32, step: u32| (count as u64).saturating_sub(1) * step as u64;
    let limit = REACH as u64;
    if reach(pixels, stride) > limit || taps as u64 * dilation as u64 > limit || padding > REACH {
        return Err(Fault::new("its window reaches too far"));
    }
    Ok(())
}

/// Work on the channels of a pixel that is done for a few of them at a time.
pub(crate) trait Blocks {
    /// Does `N` channels from `channel` on.
    fn block<const N: usize>(&self, channel: usize);
}

/// Does `channels` channels in order, in blocks whose fixed size lets their loops become vectors.
#[inline(always)]
pub(crate) fn for_each_block(channels: usize, work: &impl Blocks) {
    let mut channel = 0;
    while channels - channel >= 16 {
        work.block::<16>(channel);
        channel += 16;
    }
    while channels - channel >= 8 {
        work.block::<8>(channel);
        channel += 8;
    }
    while channel < channels {
        work.block::<1>(channel);
        channel += 1;
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::*;

    #[test]
    fn sources_are_the_inputs_that_reach_a_position() {
        for (taps, stride) in [(1, 1), (3, 1), (3, 2), (2, 3), (4, 2)] {
            for position in 0..20 {
                let found: Vec<_> = sources(position, taps, stride, 5).collect();
                let reach = |input: u32| (0..taps).find(|tap| input * stride + tap == position);
                let wanted: Vec<_> =
                    (0..5).filter_map(|input| Some((input as usize, reach(input)? as usize))).collect();
                assert_eq!(found, wanted, "{taps} taps, stride {stride}, position {position}");
            }
        }
    }

    #[test]
    fn whole_columns_have_all_taps() {
        for (taps, stride, dilation) in [(1, 1, 1), (3, 1, 1), (3, 2, 1), (2, 3, 2), (4, 1, 3), (5, 2, 1)] {
            for (input_width, padding_left) in (1..12).flat_map(|width| (0..6).map(move |padding| (width, padding))) {
                let geometry = Geometry {
                    batches: 1,
                    input_height: 1,
                    input_width,
                    input_channels: 1,
                    output_height: 1,
                    output_width: 7,
                    output_channels: 1,
                    window_height: 1,
                    window_width: taps,
                    stride_height: 1,
                    stride_width: stride,
                    dilation_height: 1,
                    dilation_width: dilation,
                    padding_top: 0,
                    padding_left,
                };
                let is_whole = |column: &u32| geometry.columns(*column).count == taps as usize;
                assert!(geometry.whole_columns().eq((0..7).filter(is_whole)), "{geometry:?}");
            }
        }
    }

    #[test]
    fn taps_are_those_inside_the_image() {
        assert_eq!(Taps::new(-1, 3, 1, 5), Taps { first: 1, count: 2, position: 0 });
        assert_eq!(Taps::new(3, 3, 1, 5), Taps { first: 0, count: 2, position: 3 });
        assert_eq!(Taps::new(-1, 2, 3, 5), Taps { first: 1, count: 1, position: 2 });
        assert_eq!(Taps::new(-1, 2, 3, 2), Taps { first: 0, count: 0, position: 0 });
        assert_eq!(Taps::new(7, 3, 1, 5), Taps { first: 0, count: 0, position: 0 });
        for dilation in 1..4 {
            for start in -9..9i32 {
                let positions = (0..4).map(|tap| start + tap * dilation);
                let inside: Vec<i32> = positions.filter(|position| (0..6).contains(position)).collect();
                let taps = Taps::new(start, 4, dilation as u32, 6);
                assert_eq!(taps.count, inside.len());
                if let Some(&first) = inside.first() {
                    assert_eq!(taps.position as i32, first);
                    assert_eq!(start + taps.first as i32 * dilation, first);
                }
            }
        }
    }
}
