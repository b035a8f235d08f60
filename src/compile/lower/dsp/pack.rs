//! Weights, biases and multipliers in the order in which twins take them.

use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::dsp::{BLOCK, RECORD};

/// The records of the channels, in the order of `filters`, which gives the weights of each; then records of nothing up to
/// a multiple of `multiple`. `fold` is added to every input; inputs are at most `largest` away from 0.
///
/// `None` when a channel's sum may leave 31 bits, or when its factor is a half or more.
pub fn records<'a, F: Iterator<Item = i8>>(
    filters: impl Iterator<Item = F> + 'a,
    bias: Option<&[i32]>,
    multipliers: &[Multiplier],
    (fold, largest): (i64, i64),
    multiple: usize,
) -> Option<Vec<i32>> {
    let mut records = Vec::new();
    for (channel, filter) in filters.enumerate() {
        let (sum, magnitude) = filter.fold((0i64, 0i64), |(sum, magnitude), weight| {
            (sum + weight as i64, magnitude + weight.unsigned_abs() as i64)
        });
        let multiplier = multipliers[if multipliers.len() == 1 { 0 } else { channel }];
        let bias = bias.map_or(0, |bias| bias[channel]);
        if magnitude == 0 {
            records.extend(constant(multiplier.apply(bias)));
            continue;
        }
        let bias = bias as i64 + fold * sum;
        if bias.abs() + magnitude * largest >= 1 << 30 {
            return None;
        }
        let shift = match multiplier {
            Multiplier { mantissa: 0, .. } => 0,
            Multiplier { exponent, .. } if (-31..0).contains(&exponent) => -1 - exponent,
            _ => return None,
        };
        records.extend([2 * bias as i32, multiplier.mantissa, shift]);
    }
    records.resize(records.len().next_multiple_of(multiple * RECORD), 0);
    Some(records)
}

/// The record of a channel whose scaled sum is always `scaled`, because its weights are all 0: a bias of any size may do
/// that. Beyond 8 bits on either side of any zero point, only the side matters.
fn constant(scaled: i32) -> [i32; RECORD] {
    [8 * scaled.clamp(-512, 511), 1 << 30, 0]
}

/// Two weights in one lane: 256 times that of the second channel, plus that of the first. `None` when it does not fit.
fn lane(first: i8, second: i8) -> Option<i16> {
    i16::try_from(256 * second as i32 + first as i32).ok()
}

/// The words of `channels` channels, a multiple of 2, whose weights `weight(channel, element)` gives; absent ones are 0.
/// For each four elements: for the even ones a word for each two channels, then the same for the odd ones.
///
/// `None` when two weights do not fit a lane.
pub fn interleaved(
    channels: std::ops::Range<usize>,
    elements: usize,
    weight: impl Fn(usize, usize) -> i8,
) -> Option<Vec<i32>> {
    let mut words = Vec::new();
    for group in (0..elements).step_by(4) {
        for parity in [0, 1] {
            for first in channels.clone().step_by(2) {
                let lane = |element: usize| lane(weight(first, element), weight(first + 1, element));
                let low = lane(group + parity)?;
                words.push(low as u16 as i32 | (lane(group + parity + 2)? as i32) << 16);
            }
        }
    }
    Some(words)
}

/// The words of [`BLOCK`] channels from `first` on, whose weights of 4 bits `weight(channel, element)` gives; absent ones are
/// 0. For each four elements a word for the even ones, then one for the odd ones.
pub fn nibbles(first: usize, elements: usize, weight: impl Fn(usize, usize) -> i8) -> Vec<i32> {
    // The first three are read as they lie, without a sign.
    let nibble = |lane: usize, weight: i8| (weight + if lane + 1 < BLOCK { 8 } else { 0 }) as u16 & 15;
    let lane = |element: usize| {
        (0..BLOCK).map(|lane| nibble(lane, weight(first + lane, element)) << (4 * lane)).sum::<u16>() as u32
    };
    let word = |element: usize| (lane(element) | lane(element + 2) << 16) as i32;
    (0..elements).step_by(4).flat_map(|group| [word(group), word(group + 1)]).collect()
}

/// Two weights of different channels, each in a lane of its own.
pub fn side_by_side(low: i8, high: i8) -> i32 {
    low as i16 as u16 as i32 | (high as i32) << 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_hold_two_weights() {
        assert_eq!(lane(-1, 2), Some(511));
        assert_eq!(lane(127, 127), Some(0x7f7f));
        assert_eq!(lane(-128, -127), Some(-32640));
        assert_eq!(lane(-1, -128), None);
    }

    #[test]
    fn elements_come_even_ones_first() {
        let weight = |channel: usize, element: usize| if element < 5 { (10 * channel + element) as i8 } else { 0 };
        let words = interleaved(0..4, 5, weight).unwrap();
        let lanes: Vec<i16> = words.iter().flat_map(|word| [*word as i16, (word >> 16) as i16]).collect();
        let pair = |first: i16, second: i16| 256 * second + first;
        let wanted = [
            [pair(0, 10), pair(2, 12), pair(20, 30), pair(22, 32)],
            [pair(1, 11), pair(3, 13), pair(21, 31), pair(23, 33)],
            [pair(4, 14), 0, pair(24, 34), 0],
            [0, 0, 0, 0],
        ];
        assert_eq!(lanes, wanted.concat());
    }

    #[test]
    fn four_weights_share_a_lane() {
        let weight = |channel: usize, element: usize| match element {
            0 => [-8, 7, 0, -8][channel],
            1 => -1,
            2 => [1, 2, 3, 4][channel],
            _ => 0,
        };
        let lanes = |low: u32, high: u32| (low | high << 16) as i32;
        assert_eq!(nibbles(0, 4, weight), [lanes(0x88f0, 0x4ba9), lanes(0xf777, 0x0888)]);
    }

    #[test]
    fn records_hold_what_the_formula_takes() {
        let filters = [vec![3i8, -4], vec![1, 1], vec![2, 2]];
        let filters = || filters.iter().map(|filter| filter.iter().copied());
        let multiplier = Multiplier { mantissa: 1 << 30, exponent: -5 };
        let nothing = || [[0i8]; 2].into_iter().map(IntoIterator::into_iter);
        assert_eq!(
            records(nothing(), Some(&[i32::MIN, 320]), &[multiplier], (10, 128), 2).unwrap(),
            [-4096, 1 << 30, 0, 8 * 5, 1 << 30, 0]
        );
        let found = records(filters(), Some(&[100, -7, 0]), &[multiplier], (10, 128), 2).unwrap();
        assert_eq!(found, [180, 1 << 30, 4, 26, 1 << 30, 4, 80, 1 << 30, 4, 0, 0, 0]);
        assert_eq!(records(filters(), Some(&[1 << 30, 0, 0]), &[multiplier], (0, 128), 2), None);
        let too_large = Multiplier { mantissa: 1 << 30, exponent: 0 };
        assert_eq!(records(filters(), None, &[too_large], (0, 128), 2), None);
    }
}
