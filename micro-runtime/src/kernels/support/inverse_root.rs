//! `1 / sqrt(x)` of an integer in fixed point, as TFLM's kernels compute it.

use crate::fixed::{Multiplier, high_multiply, rounding_right_shift};

/// `sqrt(1/2) * 2^31`, rounded.
const HALF_ROOT_OF_TWO: i32 = 1_518_500_250;

/// `1 / sqrt(value)` as a multiplier; values of at most 1 give the largest one, nearly 1.
///
/// The value is scaled by a power of 4 into `2^27..2^29`, and five steps of Newton's method with 3 integer bits, each
/// product rounded, give the root.
pub fn inverse_root(value: i32) -> Multiplier {
    if value <= 1 {
        return Multiplier { mantissa: i32::MAX, exponent: 0 };
    }
    let (mut value, mut shift) = (value, 11);
    while value >= 1 << 29 {
        value /= 4;
        shift += 1;
    }
    let pairs = (value.leading_zeros() - 1) / 2 - 1;
    shift -= pairs as i32;
    let input = (value << (2 * pairs)) >> 1;
    let half_input = rounding_right_shift(input, 1);
    let root = (0..5).fold(1 << 28, |root, _| {
        // Products of numbers with 3 integer bits have more, and are brought back to 3.
        let cube = high_multiply(high_multiply(root, root), root).saturating_mul(1 << 6);
        let three_halves = high_multiply((1 << 28) + (1 << 27), root);
        three_halves.wrapping_sub(high_multiply(half_input, cube)).saturating_mul(1 << 3)
    });
    let mantissa = high_multiply(root, HALF_ROOT_OF_TWO);
    if shift < 0 {
        return Multiplier { mantissa: mantissa.wrapping_shl(-shift as u32), exponent: 0 };
    }
    Multiplier { mantissa, exponent: -shift }
}

/// Fractional bits of [`fractional`].
pub const FRACTION_BITS: i32 = 20;

/// `1 / sqrt(value)` with 20 fractional bits.
pub fn fractional(value: i32) -> i32 {
    let root = inverse_root(value);
    Multiplier { exponent: root.exponent + FRACTION_BITS, ..root }.apply(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_near_the_real_ones() {
        for value in (2..2000).chain((0..31).map(|bit| 1 << bit)).chain([i32::MAX]) {
            let root = inverse_root(value);
            let found = root.mantissa as f64 * libm::exp2(root.exponent as f64 - 31.0);
            assert!((found * libm::sqrt(value as f64) - 1.0).abs() < 2e-6, "{value}: {found}");
        }
        assert_eq!(inverse_root(-5), inverse_root(0));
    }
}
