//! All output channels of two pixels, from their widened windows and weights of 4 bits.

#![allow(unsafe_code)]

use super::channels::{Channel, RECORD};
use super::pixels::Filters;
use crate::arena::{Input, Output};
use crate::instructions::Instructions;

/// How many output channels share a lane of packed weights.
pub const BLOCK: usize = 4;

/// A 1 in both lanes.
const ONES: u32 = 0x1_0001;

/// Words of [`BLOCK`] channels whose windows have so many elements, a multiple of 4: for each four elements, one word for
/// the even and one for the odd elements; then four records.
///
/// A lane of a word has four bits for each channel, those of the first lowest. The first three weights have 8 added,
/// the last one is a signed number.
pub const fn block_words(elements: usize) -> usize {
    elements / 2 + BLOCK * RECORD
}

/// As [`two_pixels`](super::pixels::two_pixels), with weights packed as [`block_words`] says.
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
    assert!(filters.weights.len() == channels.div_ceil(BLOCK) * block_words(values.len()));
    let mut words = filters.weights.as_ptr().cast::<u32>();
    let stage = filters.stage;
    let excess = Excess::of::<I>(values);
    let values = values.as_ptr().cast::<u32>();
    let to_other = second.wrapping_sub(first);
    // SAFETY: both pixels lie in the output, as just asserted, and so does each pointer below before it is used.
    let (mut at, last) = unsafe {
        let at = output.as_mut_ptr().add(first);
        (at, at.add(channels - 1))
    };
    loop {
        let mut sums = Sums::default();
        // SAFETY: a block of channels has two words for each group and four records, and `values` has four words for
        // each group, as asserted above; there is a block for each four channels or less up to the last. A channel of a
        // block is written unless one before it is the last.
        unsafe {
            add_groups::<I>(&mut sums, words, values, groups, Sums::add_high::<I>);
            add_groups::<I>(&mut sums, words, values, groups, Sums::add_low::<I>);
            words = words.add(2 * groups);
            let mut is_last = |one: i32, other: i32| {
                let channel = Channel::load::<I>(&mut words);
                let is_last = at == last;
                at.write(channel.output::<I>(channel.bias.wrapping_add(one), &stage));
                at.wrapping_add(to_other).write(channel.output::<I>(channel.bias.wrapping_add(other), &stage));
                at = at.wrapping_add(1);
                is_last
            };
            let Sums { one, other } = sums;
            if is_last(one.first(excess.one), other.first(excess.other))
                || is_last(one.second(excess.one), other.second(excess.other))
                || is_last(one.third(excess.one), other.third(excess.other))
                || is_last(one.fourth(), other.fourth())
            {
                break;
            }
        }
    }
    stage.finish(output.range(first, channels));
    stage.finish(output.range(second, channels));
}

/// What the 8 that is added to a weight adds to twice a sum.
struct Excess {
    one: i32,
    other: i32,
}

impl Excess {
    fn of<I: Instructions>(values: Input<'_, i32>) -> Excess {
        let mut at = values.as_ptr().cast::<u32>();
        let (mut one, mut other) = (0, 0);
        for _ in 0..values.len() / 2 {
            // SAFETY: another two words are left.
            let (left, right) = unsafe { I::load_two(&mut at) };
            one = I::multiply_add_lanes(one, left, ONES);
            other = I::multiply_add_lanes(other, right, ONES);
        }
        Excess { one: one << 4, other: other << 4 }
    }
}

/// The sums of four channels at one pixel, as they come from lanes.
#[derive(Clone, Copy, Default)]
struct Sum {
    /// 4096, 256, 16 and 1 times those of the last to the first channel.
    all: i32,
    /// 16 and 1 times those of the second and the first.
    low: i32,
    /// The first channel's.
    first: i32,
    /// 256 times the third channel's.
    third: i32,
}

/// Twice the sum of each channel, where the [`Excess`] is taken off.
impl Sum {
    #[inline(always)]
    fn first(&self, excess: i32) -> i32 {
        (self.first << 1).wrapping_sub(excess)
    }

    #[inline(always)]
    fn second(&self, excess: i32) -> i32 {
        (self.low.wrapping_sub(self.first) >> 3).wrapping_sub(excess)
    }

    #[inline(always)]
    fn third(&self, excess: i32) -> i32 {
        (self.third >> 7).wrapping_sub(excess)
    }

    #[inline(always)]
    fn fourth(&self) -> i32 {
        self.all.wrapping_sub(self.low).wrapping_sub(self.third) >> 11
    }
}

#[derive(Default)]
struct Sums {
    one: Sum,
    other: Sum,
}

impl Sums {
    /// Adds the products of two elements of both windows to the sums of all channels and of the lower two.
    #[inline(always)]
    fn add_high<I: Instructions>(&mut self, weights: u32, one: u32, other: u32) {
        self.one.all = I::multiply_add_lanes(self.one.all, one, weights);
        self.other.all = I::multiply_add_lanes(self.other.all, other, weights);
        let low = weights & 0x00ff_00ff;
        self.one.low = I::multiply_add_lanes(self.one.low, one, low);
        self.other.low = I::multiply_add_lanes(self.other.low, other, low);
    }

    /// The same for the sums of the first and the third channel.
    #[inline(always)]
    fn add_low<I: Instructions>(&mut self, weights: u32, one: u32, other: u32) {
        let first = weights & 0x000f_000f;
        self.one.first = I::multiply_add_lanes(self.one.first, one, first);
        self.other.first = I::multiply_add_lanes(self.other.first, other, first);
        let third = weights & 0x0f00_0f00;
        self.one.third = I::multiply_add_lanes(self.one.third, one, third);
        self.other.third = I::multiply_add_lanes(self.other.third, other, third);
    }
}

/// Adds the products of four elements of both windows: `add` takes two weights and what they are multiplied with.
///
/// # Safety
///
/// Two words of weights and four words of values are readable.
#[inline(always)]
unsafe fn add_group<I: Instructions>(
    sums: &mut Sums,
    weights: &mut *const u32,
    values: &mut *const u32,
    add: impl Fn(&mut Sums, u32, u32, u32),
) {
    // SAFETY: the caller's promise.
    unsafe {
        let (even, odd) = I::load_two(weights);
        let (one, other) = I::load_two(values);
        add(sums, even, one, other);
        let (one, other) = I::load_two(values);
        add(sums, odd, one, other);
    }
}

/// Adds the products of so many groups of four elements.
///
/// # Safety
///
/// For each, two words of weights and four words of values are readable.
#[inline(always)]
unsafe fn add_groups<I: Instructions>(
    sums: &mut Sums,
    mut weights: *const u32,
    mut values: *const u32,
    groups: usize,
    add: impl Fn(&mut Sums, u32, u32, u32),
) {
    // SAFETY: the caller's promise.
    unsafe {
        for _ in 0..groups / 2 {
            add_group::<I>(sums, &mut weights, &mut values, &add);
            add_group::<I>(sums, &mut weights, &mut values, &add);
        }
        if !groups.is_multiple_of(2) {
            add_group::<I>(sums, &mut weights, &mut values, &add);
        }
    }
}
