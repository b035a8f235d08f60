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

    /// Requires the fields to be in their ranges.
    pub fn check(&self) -> Result<(), Fault> {
        check_multiplier(self.multiplier)?;
        if self.left_shift < 32 { Ok(()) } else { Err(Fault::new("a shift is out of range")) }
    }
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

    /// Requires the fields to be in their ranges.
    pub fn check(&self) -> Result<(), Fault> {
        check_multiplier(self.multiplier)
    }
}
