//! From accumulators to quantised outputs.

use bytemuck::{Pod, Zeroable};

use crate::arena::Input;
use crate::fixed::Multiplier;
use crate::kernels::{Call, Fault, Op};

/// The last step of a quantised kernel: add the output zero point, clamp to the fused activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct OutputStage {
    /// Zero point of the output.
    pub zero_point: i32,
    /// Least output value.
    pub minimum: i32,
    /// Greatest output value.
    pub maximum: i32,
}

impl OutputStage {
    /// The output value of a scaled accumulator.
    #[inline(always)]
    pub fn apply(self, scaled: i32) -> i32 {
        // Not `clamp`, which panics when the bounds are the wrong way round.
        scaled.wrapping_add(self.zero_point).max(self.minimum).min(self.maximum)
    }
}

/// One multiplier for each output channel, or one for all.
#[derive(Clone, Copy)]
pub struct ChannelMultipliers<'a> {
    mantissas: Input<'a, i32>,
    exponents: Input<'a, i8>,
}

impl<'a> ChannelMultipliers<'a> {
    /// Those in inputs `index` (mantissas, `int32`) and `index + 1` (exponents, `int8`).
    pub fn of(call: &Call<'a>, index: usize) -> Self {
        ChannelMultipliers { mantissas: call.input(index), exponents: call.input(index + 1) }
    }

    /// Requires inputs `index` and `index + 1` to be the constant multipliers of `channels` channels, or one for
    /// all, each with a mantissa that is not negative and an exponent in `-31..=30`.
    pub fn check(op: &Op<'_>, index: usize, channels: usize) -> Result<(), Fault> {
        let mantissas = op.constant_input::<i32>(index)?;
        let exponents = op.constant_input::<i8>(index + 1)?;
        if mantissas.len() != exponents.len() || (mantissas.len() != channels && mantissas.len() != 1) {
            return Err(Fault::new("it has the wrong number of multipliers"));
        }
        if mantissas.iter().any(|mantissa| mantissa < 0) || exponents.iter().any(|e| !(-31..=30).contains(&e)) {
            return Err(Fault::new("a multiplier is out of range"));
        }
        Ok(())
    }

    /// The multiplier of `channel`.
    #[inline(always)]
    pub fn get(&self, channel: usize) -> Multiplier {
        let index = if self.mantissas.len() == 1 { 0 } else { channel };
        Multiplier { mantissa: self.mantissas.get(index), exponent: self.exponents.get(index) as i32 }
    }
}

/// Requires one multiplier to have a mantissa that is not negative and an exponent in `-31..=30`.
pub fn check_multiplier(multiplier: Multiplier) -> Result<(), Fault> {
    if multiplier.mantissa >= 0 && (-31..=30).contains(&multiplier.exponent) {
        Ok(())
    } else {
        Err(Fault::new("a multiplier is out of range"))
    }
}
