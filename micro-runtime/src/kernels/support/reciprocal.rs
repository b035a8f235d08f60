//! Reciprocals in fixed point, by Newton's method, as gemmlowp defines them.

use crate::fixed::high_multiply;

/// `48 / 17` with 29 fractional bits.
const FIRST_GUESS: i32 = 1_515_870_810;
/// `-32 / 17` with 29 fractional bits.
const FIRST_SLOPE: i32 = -1_010_580_540;
/// 1 with 29 fractional bits.
const ONE: i32 = 1 << 29;

/// `1 / (1 + fraction)` for a fraction in `[0, 1)`, both with 31 fractional bits.
#[inline(always)]
pub fn one_over_one_plus(fraction: i32) -> i32 {
    // Half of the denominator, `(1 + fraction) / 2`, with 31 fractional bits.
    let half = ((fraction as i64 + i32::MAX as i64 + 1) / 2) as i32;
    let mut guess = FIRST_GUESS.wrapping_add(high_multiply(half, FIRST_SLOPE));
    for _ in 0..3 {
        let error = ONE.wrapping_sub(high_multiply(half, guess));
        // A product of two numbers with 29 fractional bits has 27 of them.
        let step = high_multiply(guess, error);
        guess = guess.wrapping_add(shift_left_saturating(step, 2));
    }
    // The guess is twice the result, and 29 fractional bits become 31.
    shift_left_saturating(guess, 1)
}

/// The reciprocal of `value`, which is at least 1, as a mantissa with 31 fractional bits and the number of bits by
/// which to shift it right.
#[inline(always)]
pub fn reciprocal(value: i32) -> (i32, i32) {
    let zeros = (value as u32).leading_zeros() & 31;
    let fraction = ((value as u32) << zeros).wrapping_sub(1 << 31) as i32;
    // The bit that was shifted to place 31 was the 1 of `1 + fraction`.
    (one_over_one_plus(fraction), 31 - zeros as i32)
}

#[inline(always)]
fn shift_left_saturating(value: i32, shift: u32) -> i32 {
    ((value as i64) << shift).clamp(i32::MIN as i64, i32::MAX as i64) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reciprocals_are_near_the_real_ones() {
        for value in 1..70_000 {
            let (mantissa, shift) = reciprocal(value);
            let found = mantissa as f64 / 2f64.powi(31 + shift);
            assert!((found * value as f64 - 1.0).abs() < 1e-8, "1 / {value} = {found}");
        }
    }
}
