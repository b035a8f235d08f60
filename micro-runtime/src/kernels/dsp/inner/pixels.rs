//! All output channels of two pixels, from their widened windows.

#![allow(unsafe_code)]

use super::channels::{Channel, RECORD, Stage, load_two};
use crate::arena::{Input, Output};
use crate::kernels::dsp::instructions::Instructions;

/// What a convolution knows of its channels.
pub struct Filters<'a> {
    /// Elements of a window, rounded up to a multiple of 4.
    pub elements: usize,
    /// For two channels each, for each four elements of the window: one word for the even and one for the odd elements.
    /// A lane is 256 times the weight of the second channel plus the weight of the first.
    pub weights: Input<'a, i32>,
    /// [`RECORD`] words for each channel, of an even number of channels.
    pub channels: Input<'a, i32>,
    /// What becomes of sums.
    pub stage: Stage,
}

/// Writes the outputs of two pixels. `values` holds the elements of both windows, as
/// [`two_runs`](super::widen::two_runs) writes them. Panics when lengths do not fit.
#[inline(always)]
pub fn two_pixels<I: Instructions>(
    filters: &Filters<'_>,
    values: Input<'_, i32>,
    first: Output<'_, i8>,
    second: Output<'_, i8>,
) {
    let channels = first.len();
    let pairs = channels.div_ceil(2);
    let groups = filters.elements / 4;
    assert!(values.len() == 4 * groups && groups > 0 && second.len() == channels);
    assert!(filters.weights.len() == pairs * groups * 2 && filters.channels.len() == pairs * 2 * RECORD);
    let mut weights = filters.weights.as_ptr().cast::<u32>();
    let mut records = filters.channels.as_ptr().cast::<u32>();
    let stage = filters.stage;
    let (mut one, mut other) = (first.as_mut_ptr(), second.as_mut_ptr());
    for pair in 0..pairs {
        let mut at = values.as_ptr().cast::<u32>();
        let mut sums = Sums::default();
        // SAFETY: a pair of channels has two words of weights for each group, and `values` four, as asserted above.
        unsafe {
            for _ in 0..groups / 4 {
                sums.add_group::<I>(&mut weights, &mut at);
                sums.add_group::<I>(&mut weights, &mut at);
                sums.add_group::<I>(&mut weights, &mut at);
                sums.add_group::<I>(&mut weights, &mut at);
            }
            for _ in 0..groups % 4 {
                sums.add_group::<I>(&mut weights, &mut at);
            }
        }
        // SAFETY: there are two records for each pair of channels, as asserted above.
        let [low, high] = unsafe { load_two::<I>(&mut records) };
        // SAFETY: both pixels have `channels` bytes, of which this pair's first is one, and its second where the
        // number is not odd.
        unsafe {
            one.write(low.output::<I>(sums.one.first(&low), &stage));
            other.write(low.output::<I>(sums.other.first(&low), &stage));
            if 2 * pair + 1 < channels {
                one.add(1).write(high.output::<I>(sums.one.second(&high), &stage));
                other.add(1).write(high.output::<I>(sums.other.second(&high), &stage));
                (one, other) = (one.add(2), other.add(2));
            }
        }
    }
    stage.finish(first);
    stage.finish(second);
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
        let (even, odd) = unsafe { I::load_two(weights) };
        for word in [even, odd] {
            // SAFETY: the caller's promise: this is done twice.
            let (one, other) = unsafe { I::load_two(values) };
            let low = I::even_bytes(word);
            self.one.both = I::multiply_add_lanes(self.one.both, one, word);
            self.other.both = I::multiply_add_lanes(self.other.both, other, word);
            self.one.low = I::multiply_add_lanes(self.one.low, one, low);
            self.other.low = I::multiply_add_lanes(self.other.low, other, low);
        }
    }
}
