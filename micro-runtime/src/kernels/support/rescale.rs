//! Quantised operands on a common scale: what sums, differences and comparisons of quantised values need.

use bytemuck::{Pod, Zeroable};

use super::requantise::{OutputStage, check_multiplier};
use crate::fixed::Multiplier;
use crate::kernels::Fault;

/// From a quantised value to a multiple of a scale that several operands share:
/// `((value + offset) << left_shift) * multiplier`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Rescale {
    /// The negated zero point.
    pub offset: i32,
    /// Bits of headroom given to the value before it is multiplied, below 32.
    pub left_shift: u32,
    /// The scale of the value in units of the common scale; at most 1.
    pub multiplier: Multiplier,
}

impl Rescale {
    /// The value on the common scale.
    #[inline(always)]
    pub fn apply(&self, value: i32) -> i32 {
        self.multiplier.apply(value.wrapping_add(self.offset).wrapping_shl(self.left_shift))
    }

    /// As [`apply`](Rescale::apply), for at most 20 bits of headroom and a multiplier with an exponent of at most 0.
    #[inline(always)]
    pub fn apply_i8(&self, value: i8) -> i32 {
        // What becomes the top bit is added ahead of the shift, to the constant that is added anyway.
        let bias = (1u32 << 31).wrapping_shr(self.left_shift) as i32;
        let raised = (value as i32).wrapping_add(self.offset.wrapping_add(bias)).wrapping_shl(self.left_shift);
        scale_small(self.multiplier, raised as u32)
    }

    /// Requires the fields to be in their ranges.
    pub fn check(&self) -> Result<(), Fault> {
        check_multiplier(self.multiplier)?;
        if self.left_shift < 32 { Ok(()) } else { Err(Fault::new("a shift is out of range")) }
    }
}

/// [`Multiplier::apply`] for an exponent of at most 0 and values of at most 30 bits, sign included; the value is
/// raised by 2^31, into the range of `u32`.
///
/// It has no branch, no 64-bit sign and no 64-bit division, so that compilers find vector instructions for it.
#[inline(always)]
fn scale_small(multiplier: Multiplier, raised: u32) -> i32 {
    let shift = multiplier.exponent.min(0).unsigned_abs() & 31;
    // Raising the value adds 2^31 * mantissa to the product, a mantissa to its high half.
    let product = raised as u64 * multiplier.mantissa as u32 as u64;
    let high = ((product.wrapping_add(1 << 30) >> 31) as i32).wrapping_sub(multiplier.mantissa);
    // Ties go away from zero: just below zero, half a unit less one is added.
    let half = ((1u32 << shift) >> 1) as i32;
    let below_zero = if shift == 0 { 0 } else { high >> 31 };
    high.wrapping_add(half).wrapping_add(below_zero) >> shift
}

/// From a multiple of the common scale to the output: times a multiplier, plus the zero point, clamped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Requantise {
    /// The common scale in units of the output scale.
    pub multiplier: Multiplier,
    /// Zero point and range of the output.
    pub stage: OutputStage,
}

impl Requantise {
    /// The output value.
    #[inline(always)]
    pub fn apply(&self, value: i32) -> i32 {
        self.stage.apply(self.multiplier.apply(value))
    }

    /// As [`apply`](Requantise::apply), for the sum or the difference of two results of [`Rescale::apply_i8`].
    #[inline(always)]
    pub fn apply_i8(&self, value: i32) -> i8 {
        let scaled = scale_small(self.multiplier, value as u32 ^ 1 << 31).wrapping_add(self.stage.zero_point);
        // In 16 bits, of which vector instructions find the greater and the lesser.
        let narrow = scaled.clamp(i16::MIN as i32, i16::MAX as i32) as i16;
        narrow.max(self.stage.minimum as i16).min(self.stage.maximum as i16) as i8
    }

    /// Requires the fields to be in their ranges.
    pub fn check(&self) -> Result<(), Fault> {
        check_multiplier(self.multiplier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_are_scaled_as_all_are() {
        let mantissas = [0, 1 << 30, (1 << 30) + 1, 1_518_500_250, i32::MAX - 1, i32::MAX];
        let mut seed = 1u32;
        for mantissa in mantissas {
            for exponent in -31..=0 {
                let multiplier = Multiplier { mantissa, exponent };
                for value in [0, 1, 2, 3, 5, 255 << 20, 1 << 28, (1 << 29) - 1] {
                    for value in [value, -value] {
                        assert_eq!(
                            scale_small(multiplier, value as u32 ^ 1 << 31),
                            multiplier.apply(value),
                            "{multiplier:?} {value}"
                        );
                    }
                }
                for _ in 0..1000 {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let value = seed as i32 >> (2 + seed % 29);
                    assert_eq!(
                        scale_small(multiplier, value as u32 ^ 1 << 31),
                        multiplier.apply(value),
                        "{multiplier:?} {value}"
                    );
                }
            }
        }
    }
}
