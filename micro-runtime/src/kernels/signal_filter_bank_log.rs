//! SignalFilterBankLog: `output = saturate(ln(input << correction) * scale)`.
//!
//! Input: `uint32` levels. Output: as many `int16`. The rule is in [`logarithms`].

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number};
use crate::frontend::log::logarithms;

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// What a natural logarithm of 1 becomes.
    pub output_scale: u32,
    /// Left shift before the logarithm; the low five bits count.
    pub correction_bits: u32,
}

/// `uint32`.
pub const UINT32: Kernel =
    Kernel { code: code(number::SIGNAL_FILTER_BANK_LOG, 0), name: "SignalFilterBankLog uint32", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let _: &Parameters = op.parameters()?;
    op.arity(1, 1, 0)?;
    let channels = op.input_bytes(0) / 4;
    op.input::<u32>(0, channels)?;
    op.output::<i16>(0, channels)
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    logarithms(call.input(0), p.output_scale, p.correction_bits, call.output(0));
}
