//! RESIZE_BILINEAR: each output pixel is a mean of the four input pixels around its place, weighted by nearness.
//!
//! Input `[batches, input height, input width, channels]`, output `[batches, output height, output width, channels]`.
//! `float32` computes places and weights in single precision; `int8` with 10 fractional bits, and rounds the mean to the
//! nearest, halves away from zero. The rule is TFLM's reference kernel; places past the last pixel are the last pixel.

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::{Element, Input};

/// Fractional bits of places for `int8`.
pub const FRACTION_BITS: u32 = 10;

/// Rows or columns.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Axis {
    /// Extent of the input, at least 1.
    pub input: u32,
    /// Extent of the output.
    pub output: u32,
    /// Input positions for one output position; what `float32` uses.
    pub scale: f32,
    /// The same with [`FRACTION_BITS`]; what `int8` uses.
    pub fixed_scale: i32,
    /// 1 when pixels have their centres at halves, else 0.
    pub half_pixel_centers: u32,
}

/// Two neighbouring input positions, and how much the second counts.
#[derive(Clone, Copy, Debug)]
pub struct Place<W> {
    /// The one before, inside the input.
    pub lower: usize,
    /// The one behind, inside the input.
    pub upper: usize,
    /// The weight of the second; that of the first is the rest to 1.
    pub weight: W,
}

impl Axis {
    /// Where output position `position` lies. Later positions do not lie before.
    #[inline]
    pub fn place(&self, position: usize) -> Place<f32> {
        let position = position as f32;
        let exact =
            if self.half_pixel_centers != 0 { (position + 0.5) * self.scale - 0.5 } else { position * self.scale };
        let last = self.input as usize - 1;
        // Negative values become 0.
        let lower = (libm::floorf(exact) as usize).min(last);
        let upper = (libm::ceilf(exact) as usize).min(last);
        Place { lower, upper, weight: exact - lower as f32 }
    }

    /// As [`place`](Axis::place), with [`FRACTION_BITS`].
    #[inline]
    pub fn fixed_place(&self, position: usize) -> Place<i32> {
        let one = 1i32 << FRACTION_BITS;
        let start = if self.half_pixel_centers != 0 { self.fixed_scale / 2 - one / 2 } else { 0 };
        let exact = (position as i32).wrapping_mul(self.fixed_scale).wrapping_add(start);
        let inside = |position: i32| (position.max(0) as usize).min(self.input as usize - 1);
        let lower = inside(exact / one);
        let upper = inside(exact.wrapping_add(one - 1) / one);
        Place { lower, upper, weight: exact.wrapping_sub((lower as i32).wrapping_mul(one)) }
    }
}

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The number of images.
    pub batches: u32,
    /// Elements of a pixel.
    pub channels: u32,
    /// From row to row.
    pub height: Axis,
    /// From column to column.
    pub width: Axis,
}

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::RESIZE_BILINEAR, 0),
    name: "RESIZE_BILINEAR float32",
    check: check::<f32>,
    invoke: |call| for_each_pixel(call, Axis::place, mean),
};

/// `int8`.
pub const INT8: Kernel = Kernel {
    code: code(number::RESIZE_BILINEAR, 1),
    name: "RESIZE_BILINEAR int8",
    check: check::<i8>,
    invoke: |call| for_each_pixel(call, Axis::fixed_place, fixed_mean),
};

fn check<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(1, 1, 0)?;
    if p.height.input == 0 || p.width.input == 0 {
        return Err(Fault::new("its input is empty"));
    }
    op.input::<T>(0, volume(&[p.batches, p.height.input, p.width.input, p.channels])?)?;
    op.output::<T>(0, volume(&[p.batches, p.height.output, p.width.output, p.channels])?)
}

/// Sets every output element to `mean` of the four elements around it, top left, bottom left, top right, bottom right,
/// and the weights of bottom and right.
#[inline(always)]
fn for_each_pixel<T: Element, W: Copy>(
    call: &Call<'_>,
    place: impl Fn(&Axis, usize) -> Place<W>,
    mean: impl Fn([T; 4], W, W) -> T,
) {
    let p: &Parameters = call.parameters();
    let (input, output) = (call.input::<T>(0), call.output::<T>(0));
    let channels = p.channels as usize;
    let (input_row, output_row) = (p.width.input as usize * channels, p.width.output as usize * channels);
    for batch in 0..p.batches as usize {
        for y in 0..p.height.output as usize {
            let row = place(&p.height, y);
            let rows = [row.lower, row.upper]
                .map(|row| input.range((batch * p.height.input as usize + row) * input_row, input_row));
            let target = output.range((batch * p.height.output as usize + y) * output_row, output_row);
            for x in 0..p.width.output as usize {
                let column = place(&p.width, x);
                let pixel = |row: Input<'_, T>, column: usize, channel: usize| row.get(column * channels + channel);
                for channel in 0..channels {
                    let corners = [
                        pixel(rows[0], column.lower, channel),
                        pixel(rows[1], column.lower, channel),
                        pixel(rows[0], column.upper, channel),
                        pixel(rows[1], column.upper, channel),
                    ];
                    target.set(x * channels + channel, mean(corners, row.weight, column.weight));
                }
            }
        }
    }
}

fn mean([top_left, bottom_left, top_right, bottom_right]: [f32; 4], bottom: f32, right: f32) -> f32 {
    let (top, left) = (1.0 - bottom, 1.0 - right);
    let sum = top_left * top * left + bottom_left * bottom * left + top_right * top * right;
    // The reference adds its rounding, 0 for floats, which turns -0 into 0.
    sum + bottom_right * bottom * right + 0.0
}

fn fixed_mean(corners: [i8; 4], bottom: i32, right: i32) -> i8 {
    let one = 1i64 << FRACTION_BITS;
    let (bottom, right) = (bottom as i64, right as i64);
    let weights = [(one - bottom, one - right), (bottom, one - right), (one - bottom, right), (bottom, right)];
    let sum = corners.iter().zip(weights).fold(0i64, |sum, (&corner, (vertical, horizontal))| {
        sum.wrapping_add((corner as i64).wrapping_mul(vertical).wrapping_mul(horizontal))
    });
    let half = if sum > 0 { one * one / 2 } else { -(one * one / 2) };
    (sum.wrapping_add(half) / (one * one)) as i8
}
