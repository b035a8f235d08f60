//! Exponential, reciprocal and logarithm of fixed-point numbers, without a floating-point unit.
//!
//! A number with `m` integer bits is the `i32` that is `2^(31 - m)` times its value; with none it lies in `[-1, 1)`.
//! The polynomials, their constants and each rounding are those of gemmlowp's `fixedpoint` and of TFLite's
//! logarithm on top of it, so that every result equals theirs. Outside the stated ranges the results mean nothing,
//! but nothing overflows into a panic.

use super::{high_multiply, rounding_right_shift};

/// [`high_multiply`], once for all the polynomials: they take many, and little time of any model.
#[inline(never)]
fn product(a: i32, b: i32) -> i32 {
    high_multiply(a, b)
}

/// `value * 2^shift` for `shift` in `0..=31`, clamped to the range of `i32`.
#[inline(always)]
pub fn saturating_left_shift(value: i32, shift: u32) -> i32 {
    let shifted = value << shift;
    if shifted >> shift == value { shifted } else { i32::MAX ^ (value >> 31) }
}

/// `(a + b) / 2`, rounded to the nearest, ties away from zero.
#[inline(always)]
pub fn rounding_half_sum(a: i32, b: i32) -> i32 {
    let sum = a as i64 + b as i64;
    ((sum + (sum >= 0) as i64) >> 1) as i32
}

/// `exp(-2^(index - 2))` without integer bits.
const EXP_OF_POWERS: [i32; 7] = [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242];

/// `exp(value)` without integer bits, for `value` in `(-2^INTEGER_BITS, 0]` with `INTEGER_BITS` of `0..=29`.
///
/// The exponential of 0 is the largest number below 1.
#[inline]
pub fn exp_of_negative<const INTEGER_BITS: u32>(value: i32) -> i32 {
    const { assert!(INTEGER_BITS <= 29) };
    if value == 0 {
        return i32::MAX;
    }
    let quarter = 1 << (29 - INTEGER_BITS);
    // `value` is `part` in [-1/4, 0) less whole quarters, whose binary digits choose among the constants.
    let part = (value & (quarter - 1)) - quarter;
    let quarters = part.wrapping_sub(value) >> (29 - INTEGER_BITS);
    let mut result = exp_of_last_quarter(saturating_left_shift(part, INTEGER_BITS));
    for (index, &factor) in EXP_OF_POWERS.iter().enumerate().take(INTEGER_BITS as usize + 2) {
        if quarters >> index & 1 != 0 {
            result = product(result, factor);
        }
    }
    if INTEGER_BITS > 5 && value < -(1 << (36 - INTEGER_BITS)) { 0 } else { result }
}

/// `exp(value)` for `value` in `[-1/4, 0)`, both without integer bits: Taylor's series about -1/8.
#[inline(always)]
fn exp_of_last_quarter(value: i32) -> i32 {
    const EXP_OF_MINUS_EIGHTH: i32 = 1_895_147_668;
    const THIRD: i32 = 715_827_883;
    let x = value.wrapping_add(1 << 28);
    let square = product(x, x);
    let cube = product(square, x);
    let fourth = product(square, square);
    let inner = product(rounding_right_shift(fourth, 2).wrapping_add(cube), THIRD);
    let beyond_linear = rounding_right_shift(inner.wrapping_add(square), 1);
    EXP_OF_MINUS_EIGHTH.wrapping_add(product(EXP_OF_MINUS_EIGHTH, x.wrapping_add(beyond_linear)))
}

/// `1 / (1 + value)` for `value` in `[0, 1)`, both without integer bits.
#[inline]
pub fn one_over_one_plus(value: i32) -> i32 {
    saturating_left_shift(two_over_one_plus(value), 1)
}

/// `(1 - value) / (1 + value)` for `value` in `[0, 1)`, both without integer bits.
#[inline]
pub fn one_minus_over_one_plus(value: i32) -> i32 {
    saturating_left_shift(two_over_one_plus(value).wrapping_sub(1 << 29), 2)
}

/// `2 / (1 + value)` with two integer bits, for `value` in `[0, 1)` without: three steps of Newton's method.
#[inline(always)]
fn two_over_one_plus(value: i32) -> i32 {
    const FORTY_EIGHT_OVER_17: i32 = 1_515_870_810;
    const MINUS_32_OVER_17: i32 = -1_010_580_540;
    const ONE: i32 = 1 << 29;
    let half_denominator = rounding_half_sum(value, i32::MAX);
    let mut x = FORTY_EIGHT_OVER_17.wrapping_add(product(half_denominator, MINUS_32_OVER_17));
    for _ in 0..3 {
        let error = ONE.wrapping_sub(product(half_denominator, x));
        x = x.wrapping_add(saturating_left_shift(product(x, error), 2));
    }
    x
}

/// A reciprocal as [`reciprocal`] gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reciprocal {
    /// Without integer bits, in `[1/2, 1)`.
    pub fraction: i32,
    /// The reciprocal is `fraction / 2^exponent`.
    pub exponent: i32,
}

/// `1 / value` for `value > 0` with `integer_bits` integer bits; the topmost bit counts as a digit, not as a sign.
#[inline]
pub fn reciprocal(value: i32, integer_bits: u32) -> Reciprocal {
    let leading = (value as u32).leading_zeros();
    let fraction = (value as u32).wrapping_shl(leading).wrapping_sub(1 << 31) as i32;
    Reciprocal { fraction: one_over_one_plus(fraction), exponent: integer_bits as i32 - leading as i32 }
}

/// `ln(value)` with 5 integer bits, for `value > 0` with 12; smaller values count as the smallest.
///
/// `value` is `2^e * r` in two ways, with `r` about `[1/2, 1)` once as it is and once premultiplied by the root of a
/// half; the better centred one goes into a rational approximation about the fourth root of a half.
pub fn ln_q12_to_q5(value: i32) -> i32 {
    const INPUT_BITS: i32 = 12;
    /// Integer bits of the sum: one more than the result's, for the parts may saturate.
    const SUM_BITS: u32 = 6;
    const LN_2: i32 = 1_488_522_236;
    const ROOT_HALF: i32 = 1_518_500_250;
    const FOURTH_ROOT_HALF: i32 = 1_805_811_301;
    const QUARTER: i32 = 1 << (29 - SUM_BITS);
    // With w the fourth root of 2: 11 w / 240, w / 20, 2 / w - w, w / 4.
    const NUMERATOR_CUBIC: i32 = 117_049_297;
    const DENOMINATOR_SQUARE: i32 = 127_690_142;
    const DENOMINATOR_CONSTANT: i32 = 1_057_819_769;
    const DENOMINATOR_LINEAR: i32 = 638_450_708;

    let value = value.max(1);
    let leading = value.leading_zeros();
    let plain = product(saturating_left_shift(value, leading - 1), ROOT_HALF);
    let plain = saturating_left_shift(plain, 1);
    let plain_power = saturating_left_shift(INPUT_BITS - leading as i32, 31 - SUM_BITS).saturating_add(QUARTER);

    let headroom = product(value, ROOT_HALF).leading_zeros() - 1;
    let scaled = saturating_left_shift(value, headroom);
    let scaled_power = saturating_left_shift(INPUT_BITS - headroom as i32, 31 - SUM_BITS).saturating_sub(QUARTER);

    let r = plain.min(scaled);
    let power = plain_power.max(scaled_power);
    let p = rounding_half_sum(r, FOURTH_ROOT_HALF);
    let q = r.wrapping_sub(FOURTH_ROOT_HALF).wrapping_mul(2);
    let square = product(q, q);
    let numerator = product(q, r).wrapping_add(product(product(q, square), NUMERATOR_CUBIC));
    let factor = DENOMINATOR_CONSTANT.wrapping_add(q).wrapping_add(product(DENOMINATOR_SQUARE, square));
    let denominator_minus_one = product(p, factor).wrapping_add(product(DENOMINATOR_LINEAR, q));
    let quotient = product(rounding_right_shift(numerator, SUM_BITS), one_over_one_plus(denominator_minus_one));
    saturating_left_shift(product(power, LN_2).wrapping_add(quotient), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn real(value: i32, integer_bits: i32) -> f64 {
        value as f64 / libm::exp2((31 - integer_bits) as f64)
    }

    #[test]
    fn exponentials_are_near_the_real_ones() {
        for step in 0..40_000i64 {
            let value = (step * -53_687) as i32;
            let found = real(exp_of_negative::<5>(value), 0);
            assert!((found - libm::exp(real(value, 5))).abs() < 1e-6, "exp of {value}: {found}");
        }
        assert_eq!(exp_of_negative::<5>(0), i32::MAX);
        assert_eq!(exp_of_negative::<6>(i32::MIN), 0);
    }

    #[test]
    fn reciprocals_are_near_the_real_ones() {
        for value in (1..=i32::MAX).step_by(65_521) {
            let found = reciprocal(value, 12);
            let wanted = 1.0 / real(value, 12);
            let relative = real(found.fraction, 0) / libm::exp2(found.exponent as f64) / wanted;
            assert!((relative - 1.0).abs() < 1e-8, "1 / {value}");
        }
    }

    #[test]
    fn quotients_are_near_the_real_ones() {
        for value in (0..=i32::MAX).step_by(65_521) {
            let x = real(value, 0);
            assert!((real(one_over_one_plus(value), 0) - 1.0 / (1.0 + x)).abs() < 1e-8, "1 / (1 + {x})");
            assert!((real(one_minus_over_one_plus(value), 0) - (1.0 - x) / (1.0 + x)).abs() < 1e-8, "at {x}");
        }
    }

    #[test]
    fn logarithms_are_near_the_real_ones() {
        for value in (1 << 19..=i32::MAX).step_by(65_521) {
            let (found, wanted) = (real(ln_q12_to_q5(value), 5), libm::log(real(value, 12)));
            assert!((found - wanted).abs() < 1e-6, "ln of {value}: {found}, {wanted}");
        }
    }

    #[test]
    fn nothing_panics_outside_the_ranges() {
        for value in [i32::MIN, i32::MIN + 1, -1, 0, 1, i32::MAX - 1, i32::MAX] {
            exp_of_negative::<0>(value);
            exp_of_negative::<5>(value);
            exp_of_negative::<29>(value);
            one_over_one_plus(value);
            one_minus_over_one_plus(value);
            reciprocal(value, 12);
            ln_q12_to_q5(value);
            rounding_half_sum(value, i32::MIN);
            rounding_half_sum(value, i32::MAX);
        }
    }
}
