//! Dot products of an input run and a weight run.
//!
//! Sums wrap, as the reference's do on the machines it runs on; the order of float additions is that of the runs.

use crate::arena::Input;

/// `sum((input + input_offset) * weight)` over 8-bit runs of equal length, `input_offset` in `-128..=128`.
#[inline(always)]
pub fn dot_i8(input: Input<'_, i8>, weights: Input<'_, i8>, input_offset: i32) -> i32 {
    // Both factors fit 16 bits, for which machines have a multiply that adds pairs.
    let offset = input_offset as i16;
    input.iter().zip(weights.iter()).fold(0i32, |sum, (value, weight)| {
        sum.wrapping_add((value as i16).wrapping_add(offset) as i32 * weight as i16 as i32)
    })
}

/// `sum(input * weight)` over a 16-bit and an 8-bit run of equal length, in 32 bits.
#[inline(always)]
pub fn dot_i16(input: Input<'_, i16>, weights: Input<'_, i8>) -> i32 {
    input
        .iter()
        .zip(weights.iter())
        .fold(0i32, |sum, (value, weight)| sum.wrapping_add(value as i32 * weight as i16 as i32))
}

/// `sum(input * weight)` over a 16-bit and an 8-bit run of equal length, in 64 bits.
#[inline(always)]
pub fn dot_i16_wide(input: Input<'_, i16>, weights: Input<'_, i8>) -> i64 {
    input.iter().zip(weights.iter()).fold(0i64, |sum, (value, weight)| sum.wrapping_add(value as i64 * weight as i64))
}

/// `sum(input * weight)`, added one by one from the front.
#[inline(always)]
pub fn dot_f32(input: Input<'_, f32>, weights: Input<'_, f32>) -> f32 {
    input.iter().zip(weights.iter()).fold(0.0, |sum, (value, weight)| sum + value * weight)
}

/// Element `index` of a run of 4-bit integers, two a byte, the first in the low half.
#[inline(always)]
pub fn int4(packed: Input<'_, u8>, index: usize) -> i8 {
    let byte = packed.get(index / 2) as i8;
    if index.is_multiple_of(2) { (byte << 4) >> 4 } else { byte >> 4 }
}

/// Adds to each sum the dot product of `values` with a row of weights: that of sum `k` starts at `start + k * row`.
///
/// The values have at most 16 bits, as machines have a multiply that adds pairs of 16-bit products.
#[inline(always)]
pub fn rows_i8(values: &[i16], weights: Input<'_, i8>, start: usize, row: usize, sums: &mut [i32]) {
    let run = |channel: usize| weights.range(start + channel * row, values.len());
    let (fours, rest) = sums.as_chunks_mut::<4>();
    for (block, sums) in fours.iter_mut().enumerate() {
        let dots = dot_rows::<4>(values, core::array::from_fn(|channel| run(4 * block + channel)));
        sums.iter_mut().zip(dots).for_each(|(sum, dot)| *sum = sum.wrapping_add(dot));
    }
    for (channel, sum) in (4 * fours.len()..).zip(rest) {
        *sum = sum.wrapping_add(dot_rows::<1>(values, [run(channel)])[0]);
    }
}

/// The dot products of `values` with `N` runs of weights.
#[inline(always)]
fn dot_rows<const N: usize>(values: &[i16], weights: [Input<'_, i8>; N]) -> [i32; N] {
    let mut lanes = [[0i32; 4]; N];
    let (blocks, rest) = values.as_chunks::<8>();
    for (block, values) in blocks.iter().enumerate() {
        for (lanes, weights) in lanes.iter_mut().zip(&weights) {
            let weights = weights.range(8 * block, 8).array::<8>();
            for lane in 0..4 {
                let pair = values[2 * lane] as i32 * weights[2 * lane] as i32
                    + values[2 * lane + 1] as i32 * weights[2 * lane + 1] as i32;
                lanes[lane] = lanes[lane].wrapping_add(pair);
            }
        }
    }
    let mut sums = lanes.map(|lanes| lanes.iter().fold(0i32, |sum, &lane| sum.wrapping_add(lane)));
    for (sum, weights) in sums.iter_mut().zip(&weights) {
        let weights = weights.tail(8 * blocks.len());
        *sum = rest
            .iter()
            .zip(weights.iter())
            .fold(*sum, |sum, (&value, weight)| sum.wrapping_add(value as i32 * weight as i32));
    }
    sums
}

/// As [`rows_i8`], in 64 bits.
#[inline(always)]
pub fn rows_i8_wide(values: &[i16], weights: Input<'_, i8>, start: usize, row: usize, sums: &mut [i64]) {
    for (channel, sum) in sums.iter_mut().enumerate() {
        let weights = weights.range(start + channel * row, values.len());
        *sum = values
            .iter()
            .zip(weights.iter())
            .fold(*sum, |sum, (&value, weight)| sum.wrapping_add((value as i32 * weight as i32) as i64));
    }
}
