//! The exponential function and quotients of it in fixed point, as TFLM's quantised activations compute them.
//!
//! A raw `i32` with `n` integer bits stands for `raw * 2^(n - 31)`; without a remark, `n` is 0. Products are doubling high
//! products, rounded to the nearest. The steps are those of the gemmlowp library, whose results these functions equal.

use crate::fixed::{high_multiply, rounding_right_shift};

/// The largest value below 1, which stands for 1.
pub const ONE: i32 = i32::MAX;

/// `exp(-2^k) * 2^31` for `k` in `-2..=4`, rounded.
const POWERS: [i32; 7] = [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242];
/// `exp(-1/8) * 2^31`, rounded.
const EXP_OF_MINUS_EIGHTH: i32 = 1_895_147_668;
/// `2^31 / 3`, rounded.
const THIRD: i32 = 715_827_883;
/// `48/17` with 2 integer bits, rounded.
const FORTY_EIGHT_SEVENTEENTHS: i32 = 1_515_870_810;
/// `-32/17` with 2 integer bits, rounded.
const MINUS_THIRTY_TWO_SEVENTEENTHS: i32 = -1_010_580_540;

/// `value * 2^shift`, saturated.
#[inline(always)]
fn saturating_shift(value: i32, shift: u32) -> i32 {
    ((value as i64) << shift).clamp(i32::MIN as i64, i32::MAX as i64) as i32
}

/// `exp(value)` for `value` in `-1/4..0`: the Taylor series around `-1/8`, up to the fourth power.
#[inline]
fn exp_near_zero(value: i32) -> i32 {
    let x = value + (1 << 28);
    let square = high_multiply(x, x);
    let cube = high_multiply(square, x);
    let quarter_of_fourth = rounding_right_shift(high_multiply(square, square), 2);
    let tail = rounding_right_shift(high_multiply(quarter_of_fourth + cube, THIRD) + square, 1);
    EXP_OF_MINUS_EIGHTH + high_multiply(EXP_OF_MINUS_EIGHTH, x + tail)
}

/// `exp(value)` for a `value` of at most 0 with `INTEGER_BITS` integer bits, `1..=5`.
///
/// The value is split into a multiple of 1/4 and a rest; each bit of the multiple contributes a known factor.
#[inline]
pub fn exp_of_negative<const INTEGER_BITS: u32>(value: i32) -> i32 {
    if value >= 0 {
        return ONE;
    }
    let quarter = 1 << (29 - INTEGER_BITS);
    let rest = (value & (quarter - 1)) - quarter;
    let multiple = rest.wrapping_sub(value);
    let factors = POWERS.iter().take(INTEGER_BITS as usize + 2).enumerate();
    factors.fold(exp_near_zero(rest << INTEGER_BITS), |product, (bit, &factor)| {
        if multiple & (quarter << bit) != 0 { high_multiply(product, factor) } else { product }
    })
}

/// `2 / (1 + x)` for `x` in `0..=1`, with 2 integer bits: Newton's method, three steps.
#[inline]
fn two_over_one_plus(x: i32) -> i32 {
    // The sum is never negative, so ties round up.
    let half_denominator = ((x as i64 + ONE as i64 + 1) / 2) as i32;
    let start = FORTY_EIGHT_SEVENTEENTHS + high_multiply(half_denominator, MINUS_THIRTY_TWO_SEVENTEENTHS);
    (0..3).fold(start, |estimate, _| {
        let error = (1 << 29) - high_multiply(half_denominator, estimate);
        estimate + saturating_shift(high_multiply(estimate, error), 2)
    })
}

/// `1 / (1 + x)` for `x` in `0..=1`.
#[inline]
pub fn one_over_one_plus(x: i32) -> i32 {
    saturating_shift(two_over_one_plus(x), 1)
}

/// `(1 - x) / (1 + x)` for `x` in `0..=1`.
#[inline]
pub fn one_minus_over_one_plus(x: i32) -> i32 {
    saturating_shift(two_over_one_plus(x) - (1 << 29), 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: f64 = (1u64 << 31) as f64;

    #[test]
    fn constants_are_what_they_are_said_to_be() {
        for (index, &power) in POWERS.iter().enumerate() {
            assert_eq!(power as f64, libm::round(SCALE * libm::exp(-libm::exp2(index as f64 - 2.0))));
        }
        assert_eq!(EXP_OF_MINUS_EIGHTH as f64, libm::round(SCALE * libm::exp(-0.125)));
        assert_eq!(THIRD as f64, libm::round(SCALE / 3.0));
        assert_eq!(FORTY_EIGHT_SEVENTEENTHS as f64, libm::round(SCALE / 4.0 * 48.0 / 17.0));
        assert_eq!(MINUS_THIRTY_TWO_SEVENTEENTHS as f64, libm::round(SCALE / 4.0 * -32.0 / 17.0));
    }

    #[test]
    fn values_are_near_the_real_ones() {
        for step in 0..1000 {
            let value = -(step * 2_147_483);
            let real = libm::exp(value as f64 * 32.0 / SCALE);
            assert!((exp_of_negative::<5>(value) as f64 / SCALE - real).abs() < 1e-6);
            let x = -value as f64 / SCALE;
            assert!((one_over_one_plus(-value) as f64 / SCALE - 1.0 / (1.0 + x)).abs() < 1e-6);
            assert!((one_minus_over_one_plus(-value) as f64 / SCALE - (1.0 - x) / (1.0 + x)).abs() < 1e-6);
        }
        assert_eq!(exp_of_negative::<4>(0), ONE);
    }
}
