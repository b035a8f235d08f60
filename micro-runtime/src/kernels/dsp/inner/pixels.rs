//! All output channels of two pixels, from their widened windows.

#![allow(unsafe_code)]

use super::channels::{Channel, RECORD, Stage};
use crate::arena::{Input, Output};
use crate::instructions::Instructions;

/// What a convolution knows of its channels.
pub struct Filters<'a> {
    /// Packed weights and records.
    pub weights: Input<'a, i32>,
    /// What becomes of sums.
    pub stage: Stage,
}

/// Words of two channels whose windows have so many elements, a multiple of 4: for each four elements, one word for the
/// even and one for the odd elements; then their record.
///
/// A lane of a word is 256 times the weight of the second channel plus the weight of the first.
pub const fn pair_words(elements: usize) -> usize {
    elements / 2 + 2 * RECORD
}

/// Writes the outputs of two pixels, from `first` and from `second` on, of `channels` channels each. `values` holds the
/// elements of both windows, as [`two_by_two`](super::widen::two_by_two) writes them. Panics when lengths do not fit.
#[inline(always)]
pub fn two_pixels<I: Instructions>(
    filters: &Filters<'_>,
    values: Input<'_, i32>,
    output: Output<'_, i8>,
    (first, second): (usize, usize),
    channels: usize,
) {
    let groups = values.len() / 4;
    let end = first.max(second) + channels;
    assert!(channels > 0 && end <= output.len() && values.len().is_multiple_of(4));
    assert!(filters.weights.len() == channels.div_ceil(2) * pair_words(values.len()));
    let mut words = filters.weights.as_ptr().cast::<u32>();
    let stage = filters.stage;
    let to_other = second.wrapping_sub(first);
    // SAFETY: both pixels lie in the output, as just asserted, and so does each pointer below before it is used.
    let (mut at, last) = unsafe {
        let at = output.as_mut_ptr().add(first);
        (at, at.add(channels - 1))
    };
    loop {
        let mut values = values.as_ptr().cast::<u32>();
        let mut sums = Sums::default();
        // SAFETY: a pair of channels has two words for each group and two records, and `values` has four words for each
        // group, as asserted above; there is a pair for each one or two channels up to the last. The second channel of
        // a pair is written unless the first is the last.
        unsafe {
            for _ in 0..groups / 4 {
                sums.add_group::<I>(&mut words, &mut values);
                sums.add_group::<I>(&mut words, &mut values);
                sums.add_group::<I>(&mut words, &mut values);
                sums.add_group::<I>(&mut words, &mut values);
            }
            for _ in 0..groups % 4 {
                sums.add_group::<I>(&mut words, &mut values);
            }
            let (bias, mantissa) = I::load_two(&mut words);
            let (shift, high_shift) = I::load_two(&mut words);
            let low = Channel { bias: bias as i32, mantissa: mantissa as i32, shift: shift as i32 };
            at.write(low.output::<I>(sums.one.first(&low), &stage));
            at.wrapping_add(to_other).write(low.output::<I>(sums.other.first(&low), &stage));
            if at == last {
                break;
            }
            at = at.add(1);
            let (bias, mantissa) = I::load_two(&mut words);
            let high = Channel { bias: bias as i32, mantissa: mantissa as i32, shift: high_shift as i32 };
            at.write(high.output::<I>(sums.one.second(&high), &stage));
            at.wrapping_add(to_other).write(high.output::<I>(sums.other.second(&high), &stage));
            if at == last {
                break;
            }
            at = at.add(1);
        }
    }
    stage.finish(output.range(first, channels));
    stage.finish(output.range(second, channels));
}

/// The sums of two channels at one pixel.
#[derive(Clone, Copy, Default)]
struct Sum {
    /// 256 times the second channel's plus the first's.
    both: i32,
    /// The first channel's.
    low: i32,
}

impl Sum {
    /// Twice the first channel's sum, with the bias.
    #[inline(always)]
    fn first(&self, channel: &Channel) -> i32 {
        channel.bias.wrapping_add(self.low << 1)
    }

    /// Twice the second channel's sum, with the bias.
    #[inline(always)]
    fn second(&self, channel: &Channel) -> i32 {
        // What is left of both is 256 times the sum.
        channel.bias.wrapping_add(self.both.wrapping_sub(self.low) >> 7)
    }
}

#[derive(Default)]
struct Sums {
    one: Sum,
    other: Sum,
}

impl Sums {
    /// Adds the products of four elements of both windows.
    ///
    /// # Safety
    ///
    /// Two words of weights and four words of values are readable.
    #[inline(always)]
    unsafe fn add_group<I: Instructions>(&mut self, weights: &mut *const u32, values: &mut *const u32) {
        // SAFETY: the caller's promise.
        unsafe {
            let (even, odd) = I::load_two(weights);
            let (one, other) = I::load_two(values);
            self.add_word::<I>(even, one, other);
            let (one, other) = I::load_two(values);
            self.add_word::<I>(odd, one, other);
        }
    }

    /// Adds the products of two elements of both windows.
    #[inline(always)]
    fn add_word<I: Instructions>(&mut self, weights: u32, one: u32, other: u32) {
        let low = I::even_bytes(weights);
        self.one.both = I::multiply_add_lanes(self.one.both, one, weights);
        self.other.both = I::multiply_add_lanes(self.other.both, other, weights);
        self.one.low = I::multiply_add_lanes(self.one.low, one, low);
        self.other.low = I::multiply_add_lanes(self.other.low, other, low);
    }
}
