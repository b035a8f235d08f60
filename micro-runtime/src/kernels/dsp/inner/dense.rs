//! All outputs of a row of inputs, each with weights of its own.

#![allow(unsafe_code)]

use super::channels::{Channel, RECORD, Stage};
use crate::arena::{Input, Output};
use crate::instructions::Instructions;

/// How many outputs are summed up side by side.
pub const OUTPUTS: usize = 4;

/// Groups of four elements after which sums are put aside: 256 times a sum of 512 products of bytes fits a word.
const SEGMENT: usize = 128;

/// What a dense layer knows of its outputs.
pub struct Filters<'a> {
    /// For [`OUTPUTS`] outputs each, for each four elements of the input: for the even elements a word for outputs 0
    /// and 1 and one for outputs 2 and 3, then the same for the odd elements. A lane is 256 times the weight of the
    /// second output plus the weight of the first.
    pub weights: Input<'a, i32>,
    /// [`RECORD`] words for each output, of a multiple of [`OUTPUTS`].
    pub channels: Input<'a, i32>,
    /// What becomes of sums.
    pub stage: Stage,
}

/// Writes the outputs of one row. Panics when lengths do not fit.
#[inline(always)]
pub fn row<I: Instructions>(filters: &Filters<'_>, input: Input<'_, i8>, output: Output<'_, i8>) {
    let blocks = output.len().div_ceil(OUTPUTS);
    let groups = input.len() / 4;
    let rest = input.len() % 4;
    let words = (groups + (rest > 0) as usize) * 4;
    assert!(filters.weights.len() == blocks * words && filters.channels.len() == blocks * OUTPUTS * RECORD);
    let stage = &filters.stage;
    let last = (0..rest).fold(0, |word, index| word | (input.get(4 * groups + index) as u8 as u32) << (8 * index));
    let mut weights = filters.weights.as_ptr().cast::<u32>();
    let mut records = filters.channels.as_ptr().cast::<u32>();
    for block in 0..blocks {
        let mut totals = [0i32; OUTPUTS];
        let mut at = input.as_ptr().cast::<u32>();
        let mut left = groups;
        loop {
            let mut sums = Sums::default();
            let segment = left.min(SEGMENT);
            left -= segment;
            // SAFETY: `groups` times four bytes of input and four words of weights for each block, as asserted above.
            // Bytes need no alignment.
            unsafe {
                for _ in 0..segment / 2 {
                    sums.add_group::<I>(I::load_one(&mut at), &mut weights);
                    sums.add_group::<I>(I::load_one(&mut at), &mut weights);
                }
                if !segment.is_multiple_of(2) {
                    sums.add_group::<I>(I::load_one(&mut at), &mut weights);
                }
                if left == 0 && rest > 0 {
                    sums.add_group::<I>(last, &mut weights);
                }
            }
            sums.add_to(&mut totals);
            if left == 0 {
                break;
            }
        }
        for (lane, total) in totals.into_iter().enumerate() {
            // SAFETY: four records for each block, as asserted above.
            let channel = unsafe { Channel::load::<I>(&mut records) };
            let index = block * OUTPUTS + lane;
            if index < output.len() {
                output.set(index, channel.output::<I>(channel.bias.wrapping_add(total), stage));
            }
        }
    }
    filters.stage.finish(output);
}

/// The sums of four outputs over a segment.
#[derive(Default)]
struct Sums {
    /// 256 times the second sum of a pair plus the first.
    both: [i32; 2],
    /// The first sum of a pair.
    low: [i32; 2],
}

impl Sums {
    /// Adds the products of four elements.
    ///
    /// # Safety
    ///
    /// Four words of weights are readable.
    #[inline(always)]
    unsafe fn add_group<I: Instructions>(&mut self, bytes: u32, weights: &mut *const u32) {
        let (even, odd) = (I::even_bytes(bytes), I::odd_bytes(bytes));
        // SAFETY: the caller's promise.
        unsafe {
            self.add_words::<I>(even, I::load_two(weights));
            self.add_words::<I>(odd, I::load_two(weights));
        }
    }

    /// Adds the products of two elements.
    #[inline(always)]
    fn add_words<I: Instructions>(&mut self, values: u32, (first, second): (u32, u32)) {
        self.both[0] = I::multiply_add_lanes(self.both[0], values, first);
        self.low[0] = I::multiply_add_lanes(self.low[0], values, I::even_bytes(first));
        self.both[1] = I::multiply_add_lanes(self.both[1], values, second);
        self.low[1] = I::multiply_add_lanes(self.low[1], values, I::even_bytes(second));
    }

    /// Adds twice the sums.
    #[inline(always)]
    fn add_to(&self, totals: &mut [i32; OUTPUTS]) {
        let second = |pair: usize| self.both[pair].wrapping_sub(self.low[pair]) >> 7;
        totals[0] = totals[0].wrapping_add(self.low[0] << 1);
        totals[1] = totals[1].wrapping_add(second(0));
        totals[2] = totals[2].wrapping_add(self.low[1] << 1);
        totals[3] = totals[3].wrapping_add(second(1));
    }
}
