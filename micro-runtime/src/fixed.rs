//! Fixed-point arithmetic: multipliers, shifts, rounding and saturation, one definition each.
//!
//! The rules are those of TensorFlow Lite Micro's reference kernels. A real scale becomes a 32-bit
//! [`Multiplier`]; applying it rounds twice (once in the doubling high product, once in the right shift), each
//! time to the nearest, ties away from zero.

mod functions;

use bytemuck::{Pod, Zeroable};

pub use functions::{
    Reciprocal, exp_of_negative, ln_q12_to_q5, one_minus_over_one_plus, one_over_one_plus, reciprocal,
    rounding_half_sum, saturating_left_shift,
};

/// A positive real factor as `mantissa * 2^(exponent - 31)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Multiplier {
    /// In `[2^30, 2^31)`, or 0 for the factor 0.
    pub mantissa: i32,
    /// Left shift when positive, right shift when negative.
    pub exponent: i32,
}

impl Multiplier {
    /// The multiplier nearest to `factor`, which is finite and at least 0.
    ///
    /// Factors below 2^-32 become 0; factors too large for the format become the largest one. The rule is that
    /// of TFLite's `QuantizeMultiplier`.
    pub fn from_real(factor: f64) -> Multiplier {
        if factor == 0.0 {
            return Multiplier::default();
        }
        let (fraction, mut exponent) = libm::frexp(factor);
        let mut mantissa = libm::round(fraction * (1u32 << 31) as f64) as i64;
        if mantissa == 1 << 31 {
            mantissa /= 2;
            exponent += 1;
        }
        if exponent < -31 {
            return Multiplier::default();
        }
        if exponent > 30 {
            return Multiplier { mantissa: i32::MAX, exponent: 30 };
        }
        Multiplier { mantissa: mantissa as i32, exponent }
    }

    /// The factor divided by `count`, which is at least 1, keeping as many bits of the mantissa as the exponent has room
    /// for. The rule is that of TFLM's means.
    pub fn divided_by(self, count: u32) -> Multiplier {
        let shift = count.ilog2().min((31 + self.exponent).max(0) as u32);
        Multiplier {
            mantissa: (((self.mantissa as i64) << shift) / count as i64) as i32,
            exponent: self.exponent - shift as i32,
        }
    }

    /// `value` times the factor, rounded twice.
    #[inline(always)]
    pub fn apply(self, value: i32) -> i32 {
        let left = self.exponent.max(0) as u32;
        let right = (-self.exponent).max(0) as u32;
        rounding_right_shift(high_multiply(value.wrapping_shl(left), self.mantissa), right)
    }

    /// As [`apply`](Multiplier::apply), in fewer steps, for an exponent in `-31..=-1`: a factor below a half.
    #[inline(always)]
    pub fn apply_below_half(self, value: i32) -> i32 {
        // The mantissa is below 2^31, so the product is neither of the extremes of `i32` and the steps below stay inside.
        let product = ((value as i64 * self.mantissa as i64 + (1 << 30)) >> 31) as i32;
        // Ties away from zero: a negative product goes down by one, then half is added and rounded down. The last bit
        // is shifted out apart, so that the half is 1.
        let shift_but_one = !self.exponent as u32 & 31;
        (((product + (product >> 31)) >> shift_but_one) + 1) >> 1
    }

    /// `value` (of at most 48 bits) times the factor, with the mantissa reduced to 16 bits and one rounding:
    /// the rule of the int16 kernels that accumulate in 64 bits.
    #[inline(always)]
    pub fn apply_wide(self, value: i64) -> i32 {
        let reduced = if self.mantissa < 0x7FFF_0000 { (self.mantissa + (1 << 15)) >> 16 } else { 0x7FFF };
        let shift = 15 - self.exponent;
        let rounding = 1i64.wrapping_shl((shift - 1) as u32);
        (value.wrapping_mul(reduced as i64).wrapping_add(rounding) >> (shift & 63)) as i32
    }
}

/// The high 32 bits of `2 * a * b`, rounded to the nearest; saturates the one case that overflows
/// (gemmlowp's `SaturatingRoundingDoublingHighMul`).
#[inline(always)]
pub fn high_multiply(a: i32, b: i32) -> i32 {
    if a == i32::MIN && b == i32::MIN {
        return i32::MAX;
    }
    // Adding half and rounding down is rounding half away from zero of the positive and half up of the negative, which
    // is what a nudge that depends on the sign and a division that cuts off come to.
    ((a as i64 * b as i64 + (1 << 30)) >> 31) as i32
}

/// `value / 2^shift` for `shift` in `0..=31`, rounded to the nearest, ties away from zero
/// (gemmlowp's `RoundingDivideByPOT`).
#[inline(always)]
pub fn rounding_right_shift(value: i32, shift: u32) -> i32 {
    let mask = ((1u32 << shift) - 1) as i32;
    let remainder = value & mask;
    let threshold = (mask >> 1) + (value < 0) as i32;
    (value >> shift) + (remainder > threshold) as i32
}

/// `value` clamped to the range of `i8`.
#[inline(always)]
pub fn saturate_i8(value: i32) -> i8 {
    value.clamp(i8::MIN as i32, i8::MAX as i32) as i8
}

/// `value` clamped to the range of `i16`.
#[inline(always)]
pub fn saturate_i16(value: i32) -> i16 {
    value.clamp(i16::MIN as i32, i16::MAX as i32) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_is_the_smallest_mantissa() {
        assert_eq!(Multiplier::from_real(0.5), Multiplier { mantissa: 1 << 30, exponent: 0 });
        assert_eq!(Multiplier::from_real(1.0), Multiplier { mantissa: 1 << 30, exponent: 1 });
        assert_eq!(Multiplier::from_real(0.0), Multiplier::default());
    }

    #[test]
    fn a_mantissa_that_rounds_up_to_one_moves_to_the_next_exponent() {
        let factor = 1.0 - 2f64.powi(-40);
        assert_eq!(Multiplier::from_real(factor), Multiplier { mantissa: 1 << 30, exponent: 1 });
    }

    #[test]
    fn extremes_saturate() {
        assert_eq!(Multiplier::from_real(2f64.powi(-40)), Multiplier::default());
        assert_eq!(Multiplier::from_real(2f64.powi(40)), Multiplier { mantissa: i32::MAX, exponent: 30 });
        assert_eq!(high_multiply(i32::MIN, i32::MIN), i32::MAX);
    }

    #[test]
    fn factors_below_a_half_apply_alike() {
        let values =
            [i32::MIN, i32::MIN + 1, -987_654_321, -65_537, -3, -2, -1, 0, 1, 2, 3, 65_535, i32::MAX - 1, i32::MAX];
        for mantissa in [0, 1 << 30, (1 << 30) + 1, 1_518_500_250, i32::MAX] {
            for exponent in -31..=-1 {
                let multiplier = Multiplier { mantissa, exponent };
                let ties = (1..31).flat_map(|bit| [1 << bit, -(1 << bit), (1 << bit) + 1, -(1 << bit) - 1]);
                for value in values.into_iter().chain(ties) {
                    let wanted = multiplier.apply(value);
                    assert_eq!(multiplier.apply_below_half(value), wanted, "{value} by {multiplier:?}");
                }
            }
        }
    }

    #[test]
    fn products_round_as_gemmlowp_rounds_them() {
        let factors = [i32::MIN, -0x4000_0001, -0x4000_0000, -(1 << 15), -3, -1, 0, 1, 2, 1 << 15, 1 << 30, i32::MAX];
        let pairs = factors.iter().flat_map(|&a| factors.map(|b| (a, b)));
        for (a, b) in pairs.filter(|&pair| pair != (i32::MIN, i32::MIN)) {
            let product = a as i64 * b as i64;
            let nudge = if product >= 0 { 1 << 30 } else { 1 - (1 << 30) };
            assert_eq!(high_multiply(a, b) as i64, (product + nudge) / (1 << 31), "{a} * {b}");
        }
    }

    #[test]
    fn ties_round_away_from_zero() {
        assert_eq!(rounding_right_shift(5, 1), 3);
        assert_eq!(rounding_right_shift(-5, 1), -3);
        assert_eq!(rounding_right_shift(i32::MIN, 31), -1);
        assert_eq!(rounding_right_shift(7, 0), 7);
        assert_eq!(Multiplier::from_real(0.25).apply(6), 2);
        assert_eq!(Multiplier::from_real(0.25).apply(-6), -2);
    }

    #[test]
    fn applying_doubles() {
        for value in [-1000, -1, 0, 1, 77, 123_456] {
            assert_eq!(Multiplier::from_real(2.0).apply(value), 2 * value);
            assert_eq!(Multiplier::from_real(2.0).apply_wide(value as i64), 2 * value);
        }
    }
}
