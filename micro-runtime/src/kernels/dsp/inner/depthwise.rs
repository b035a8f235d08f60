//! All channels of pixels, each with a window of its own.

#![allow(unsafe_code)]

use super::channels::{Channel, RECORD, Stage};
use crate::arena::{Input, Output};
use crate::instructions::Instructions;

/// How many channels are summed up side by side.
pub const CHANNELS: usize = 4;

/// What a depthwise convolution knows of its channels.
pub struct Filters<'a> {
    /// Taps of the whole window.
    pub taps: usize,
    /// Taps of a row of the window.
    pub width: usize,
    /// For [`CHANNELS`] channels each, for each tap: two words, the first with the weights of the even channels in its
    /// lanes, the second with those of the odd ones.
    pub weights: Input<'a, i32>,
    /// [`RECORD`] words for each channel.
    pub channels: Input<'a, i32>,
    /// The negated zero point of the input, in both lanes.
    pub offsets: u32,
    /// What becomes of sums.
    pub stage: Stage,
}

/// The taps of a window that lie inside the image.
#[derive(Clone, Copy)]
pub struct Inside {
    /// Rows of them.
    pub rows: usize,
    /// Columns of them.
    pub columns: usize,
    /// The number of the first among those of the whole window.
    pub first: usize,
    /// Bytes of the input from one to the next to the right.
    pub step: usize,
    /// Bytes of the input from one to the next below.
    pub row_step: usize,
}

/// Pixels next to each other with the same taps inside.
#[derive(Clone, Copy)]
pub struct Pixels {
    /// How many, at least 1.
    pub count: usize,
    /// Where the first channel of the first tap of the first pixel is in the input.
    pub start: usize,
    /// Bytes of the input from a pixel to the next.
    pub step: usize,
}

/// Writes the outputs of some pixels, of `channels` channels each, where `place` says. Panics when lengths do not fit or
/// taps lie outside.
#[inline(always)]
pub fn pixels<'o, I: Instructions>(
    filters: &Filters<'_>,
    inside: &Inside,
    input: Input<'_, i8>,
    pixels: &Pixels,
    channels: usize,
    place: impl Fn(usize) -> Output<'o, i8>,
) {
    let blocks = channels / CHANNELS;
    assert!(channels.is_multiple_of(CHANNELS) && filters.channels.len() == channels * RECORD);
    assert!(filters.weights.len() == blocks * filters.taps * 2 && pixels.count > 0);
    let is_inside = inside.rows > 0 && inside.columns > 0;
    if is_inside {
        let last_tap = inside.first + (inside.rows - 1) * filters.width + inside.columns - 1;
        let last_byte = (inside.rows - 1) * inside.row_step + (inside.columns - 1) * inside.step + channels - 1;
        let last_pixel = pixels.start + (pixels.count - 1) * pixels.step;
        assert!(last_tap < filters.taps && inside.columns <= filters.width && last_pixel + last_byte < input.len());
    }
    let is_small = inside.rows == 3 && inside.columns == 3 && filters.width == 3 && filters.taps == 9;
    let mut start = input.as_ptr().wrapping_add(pixels.start);
    for pixel in 0..pixels.count {
        let output = place(pixel);
        assert!(output.len() == channels);
        let mut records = filters.channels.as_ptr().cast::<u32>();
        let mut weights = filters.weights.as_ptr().cast::<u32>();
        let (mut from, mut to) = (start, output.as_mut_ptr());
        for _ in 0..blocks {
            let mut sums = [0i32; CHANNELS];
            // SAFETY: the last tap has its weights and its four bytes, and so have those before it, as asserted above.
            // Where there is no tap inside, the addresses are not used; wrapping arithmetic lets them be anything.
            unsafe {
                if is_small {
                    let row = I::forget(from);
                    add_row_of_three::<I>(&mut sums, filters.offsets, row, inside.step, &mut weights);
                    let row = I::forget(row.wrapping_add(inside.row_step));
                    add_row_of_three::<I>(&mut sums, filters.offsets, row, inside.step, &mut weights);
                    let row = I::forget(row.wrapping_add(inside.row_step));
                    add_row_of_three::<I>(&mut sums, filters.offsets, row, inside.step, &mut weights);
                } else {
                    if is_inside {
                        add_rows::<I>(&mut sums, filters, inside, from, weights);
                    }
                    weights = weights.wrapping_add(2 * filters.taps);
                }
            }
            // SAFETY: four records for each block, and four bytes of output, as asserted above.
            unsafe {
                to.write(output_of::<I>(&mut records, sums[0], &filters.stage));
                to.add(1).write(output_of::<I>(&mut records, sums[1], &filters.stage));
                to.add(2).write(output_of::<I>(&mut records, sums[2], &filters.stage));
                to.add(3).write(output_of::<I>(&mut records, sums[3], &filters.stage));
            }
            (from, to) = (from.wrapping_add(CHANNELS), to.wrapping_add(CHANNELS));
        }
        filters.stage.finish(output);
        start = start.wrapping_add(pixels.step);
    }
}

/// The output of the channel whose record is at `*records`, which goes behind it.
///
/// # Safety
///
/// [`RECORD`] words are readable.
#[inline(always)]
unsafe fn output_of<I: Instructions>(records: &mut *const u32, sum: i32, stage: &Stage) -> i8 {
    // SAFETY: the caller's promise.
    let channel = unsafe { Channel::load::<I>(records) };
    channel.output::<I>(channel.bias.wrapping_add(sum << 1), stage)
}

/// Adds the products of four channels at the taps inside the image, of which `row` is the first; `weights` are those of the
/// whole window.
///
/// # Safety
///
/// At each tap inside, four bytes of input and two words of weights are readable.
#[inline(never)]
unsafe fn add_rows<I: Instructions>(
    sums: &mut [i32; CHANNELS],
    filters: &Filters<'_>,
    inside: &Inside,
    mut row: *const i8,
    weights: *const u32,
) {
    let mut taps = weights.wrapping_add(2 * inside.first);
    for _ in 0..inside.rows {
        let (mut at, mut weights) = (row, taps);
        for _ in 0..inside.columns {
            // SAFETY: the caller's promise.
            unsafe { add_tap::<I>(sums, filters.offsets, at, &mut weights) };
            at = at.wrapping_add(inside.step);
        }
        (row, taps) = (row.wrapping_add(inside.row_step), taps.wrapping_add(2 * filters.width));
    }
}

/// Adds the products of four channels at three taps from `row` on.
///
/// # Safety
///
/// At each of the three, four bytes of input and two words of weights are readable.
#[inline(always)]
unsafe fn add_row_of_three<I: Instructions>(
    sums: &mut [i32; CHANNELS],
    offsets: u32,
    row: *const i8,
    step: usize,
    weights: &mut *const u32,
) {
    // SAFETY: the caller's promise.
    unsafe {
        add_tap::<I>(sums, offsets, row, weights);
        add_tap::<I>(sums, offsets, row.wrapping_add(step), weights);
        add_tap::<I>(sums, offsets, row.wrapping_add(2 * step), weights);
    }
}

/// Adds the products of four channels at one tap.
///
/// # Safety
///
/// Four bytes of input and two words of weights are readable.
#[inline(always)]
unsafe fn add_tap<I: Instructions>(sums: &mut [i32; CHANNELS], offsets: u32, at: *const i8, weights: &mut *const u32) {
    // SAFETY: the caller's promise. Bytes need no alignment.
    let (bytes, (even, odd)) = unsafe { (at.cast::<u32>().read_unaligned(), I::load_two(weights)) };
    let evens = I::add_even_bytes(offsets, bytes);
    sums[0] = I::multiply_add_low(sums[0], evens, even);
    sums[2] = I::multiply_add_high(sums[2], evens, even);
    let odds = I::add_odd_bytes(offsets, bytes);
    sums[1] = I::multiply_add_low(sums[1], odds, odd);
    sums[3] = I::multiply_add_high(sums[3], odds, odd);
}
