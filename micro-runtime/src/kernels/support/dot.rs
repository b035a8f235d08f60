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
