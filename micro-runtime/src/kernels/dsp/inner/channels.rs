//! From the sums of a channel to its outputs.

#![allow(unsafe_code)]

use crate::arena::Output;
use crate::instructions::Instructions;
use crate::kernels::support::requantise::OutputStage;

/// Words of the record of a channel: twice its bias, its mantissa, its shift.
///
/// A sum counts double: the high half of its product with the mantissa is then the product that TFLM's rule takes, with
/// the same rounding. The shift is one less than that to the right in the rule, in `0..=30`. Two channels side by side
/// have one record of twice the words: bias and mantissa of the first, both shifts, bias and mantissa of the second.
///
/// Other values give other outputs and do no harm.
pub const RECORD: usize = 3;

/// The output stage, as it is applied.
#[derive(Clone, Copy)]
pub struct Stage {
    /// Twice the zero point, and one more for rounding.
    rounding: i32,
    /// The range of a fused activation, when it is narrower than that of the type.
    range: Option<(i32, i32)>,
}

impl Stage {
    /// That of the parameters of a kernel.
    #[inline]
    pub fn new(stage: &OutputStage) -> Stage {
        let is_narrow = stage.minimum > i8::MIN as i32 || stage.maximum < i8::MAX as i32;
        Stage {
            rounding: stage.zero_point.wrapping_mul(2).wrapping_add(1),
            range: is_narrow.then_some((stage.minimum, stage.maximum)),
        }
    }

    /// Clamps written outputs to the range of the fused activation. Mostly that is the range of the type, so outputs are
    /// written without it first.
    #[inline(always)]
    pub fn finish(&self, outputs: Output<'_, i8>) {
        if let Some(range) = self.range {
            clamp(outputs, range);
        }
    }
}

#[cold]
#[inline(never)]
fn clamp(outputs: Output<'_, i8>, (minimum, maximum): (i32, i32)) {
    // Not `clamp`, which panics when the bounds are the wrong way round.
    outputs.iter().for_each(|cell| cell.set((cell.get() as i32).max(minimum).min(maximum) as i8));
}

/// The record of a channel.
#[derive(Clone, Copy)]
pub struct Channel {
    /// Twice the bias.
    pub bias: i32,
    /// The mantissa of the multiplier.
    pub mantissa: i32,
    /// One less than the shift to the right.
    pub shift: i32,
}

impl Channel {
    /// The record at `*at`, which goes behind it.
    ///
    /// # Safety
    ///
    /// [`RECORD`] words are readable, and `*at` is a multiple of 4.
    #[inline(always)]
    pub(super) unsafe fn load<I: Instructions>(at: &mut *const u32) -> Channel {
        // SAFETY: the caller's promise is that of the two loads.
        let ((bias, mantissa), shift) = unsafe { (I::load_two(at), I::load_one(at)) };
        Channel { bias: bias as i32, mantissa: mantissa as i32, shift: shift as i32 }
    }

    /// The output of a sum that counts double, bias included, before [`Stage::finish`].
    #[inline(always)]
    pub fn output<I: Instructions>(&self, doubled: i32, stage: &Stage) -> i8 {
        let product = I::high_product(doubled, self.mantissa);
        // Ties go away from zero: a negative product goes down by one, then a half is added and rounded down. The
        // last bit is shifted out behind the zero point, so that the half is 1.
        let shifted = I::shift_right(product.wrapping_add(product >> 31), self.shift);
        I::half_saturated(shifted.wrapping_add(stage.rounding)) as i8
    }
}
