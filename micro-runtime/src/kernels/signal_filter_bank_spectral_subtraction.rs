//! SignalFilterBankSpectralSubtraction: the steady part of each channel is estimated and subtracted.
//!
//! Input: `uint32` levels. Outputs: the levels without noise, and the estimate of the noise. Scratch: the estimate as
//! it is kept from invocation to invocation. The rule is in [`subtract_noise`].

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number};
use crate::frontend::noise::{NoiseReduction, subtract_noise};

/// Parameters, as in [`NoiseReduction`].
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The fraction of the new signal in the estimate, in even channels.
    pub even_smoothing: u32,
    /// The fraction of the old estimate in the new one, in even channels.
    pub even_one_minus_smoothing: u32,
    /// The fraction of the new signal in the estimate, in odd channels.
    pub odd_smoothing: u32,
    /// The fraction of the old estimate in the new one, in odd channels.
    pub odd_one_minus_smoothing: u32,
    /// The fraction of the signal that is always left.
    pub min_signal_remaining: u32,
    /// Fractional bits that the estimate has more than the signal.
    pub smoothing_bits: u32,
    /// Fractional bits of the fractions.
    pub fraction_bits: u32,
    /// Not 0 when the estimate is held at the signal.
    pub clamping: u32,
}

/// `uint32`.
pub const UINT32: Kernel = Kernel {
    code: code(number::SIGNAL_FILTER_BANK_SPECTRAL_SUBTRACTION, 0),
    name: "SignalFilterBankSpectralSubtraction uint32",
    check,
    invoke,
};

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let _: &Parameters = op.parameters()?;
    op.arity(1, 2, 1)?;
    let channels = op.input_bytes(0) / 4;
    op.input::<u32>(0, channels)?;
    op.output::<u32>(0, channels)?;
    op.output::<u32>(1, channels)?;
    op.scratch_elements::<u32>(0, channels)
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let settings = NoiseReduction {
        even_smoothing: p.even_smoothing,
        even_one_minus_smoothing: p.even_one_minus_smoothing,
        odd_smoothing: p.odd_smoothing,
        odd_one_minus_smoothing: p.odd_one_minus_smoothing,
        min_signal_remaining: p.min_signal_remaining,
        smoothing_bits: p.smoothing_bits,
        fraction_bits: p.fraction_bits,
        clamping: p.clamping != 0,
    };
    let estimate = call.scratch::<u32>(0);
    subtract_noise(&settings, call.input(0), estimate, call.output(0));
    call.output::<u32>(1).copy_from(estimate.as_input());
}
