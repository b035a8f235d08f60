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
#[inline(always)]
pub fn rows_i8(values: &[i16], weights: Input<'_, i8>, start: usize, row: usize, sums: &mut [i32]) {
    for (channel, sum) in sums.iter_mut().enumerate() {
        let weights = weights.range(start + channel * row, values.len());
        // Runs of fixed length become multiplies of eight pairs, which a loop of unknown length does not.
        let (mut total, mut position) = (*sum, 0);
        add_runs::<32>(&mut total, values, weights, &mut position);
        add_runs::<8>(&mut total, values, weights, &mut position);
        let rest = values[position..].iter().zip(weights.tail(position).iter());
        *sum = rest.fold(total, |sum, (&value, weight)| sum.wrapping_add(value as i32 * weight as i32));
    }
}

/// Adds to `sum` the products of as many whole runs of `N` values from `position` on as there are, and goes behind them.
#[inline(always)]
fn add_runs<const N: usize>(sum: &mut i32, values: &[i16], weights: Input<'_, i8>, position: &mut usize) {
    for run in values[*position..].as_chunks::<N>().0 {
        let pairs = run.iter().zip(weights.range(*position, N).iter());
        let dot = pairs.fold(0i32, |sum, (&value, weight)| sum.wrapping_add(value as i32 * weight as i32));
        *sum = sum.wrapping_add(dot);
        *position += N;
    }
}

/// As [`rows_i8`], with weights of 4 bits, two a byte.
#[inline(always)]
pub fn rows_int4(values: &[i16], weights: Input<'_, u8>, start: usize, row: usize, sums: &mut [i32]) {
    let product = |value: i16, weight: i8| value as i32 * weight as i32;
    for (channel, sum) in sums.iter_mut().enumerate() {
        let start = start + channel * row;
        // A row may begin in the middle of a byte, and end there.
        let before = start % 2;
        let (first, rest) = values.split_at(before.min(values.len()));
        let (pairs, last) = rest.as_chunks::<2>();
        let bytes = weights.range((start + before) / 2, pairs.len());
        *sum = pairs.iter().zip(bytes.iter()).fold(*sum, |sum, (&[low, high], byte)| {
            let byte = byte as i8;
            sum.wrapping_add(product(low, (byte << 4) >> 4).wrapping_add(product(high, byte >> 4)))
        });
        for (value, index) in
            first.iter().map(|&value| (value, start)).chain(last.iter().map(|&value| (value, start + values.len() - 1)))
        {
            *sum = sum.wrapping_add(product(value, int4(weights, index)));
        }
    }
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
