//! SignalPCAN: each channel is multiplied by a gain that depends on its noise, and compressed.
//!
//! Inputs: `uint32` levels, as many `uint32` noise estimates, and the `int16` gain table. Output: `uint32`. The rule is
//! in [`apply_gain`].

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number};
use crate::frontend::pcan::apply_gain;

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Right shift of signal times gain; the low six bits count.
    pub shift: u32,
}

/// `uint32`.
pub const UINT32: Kernel = Kernel { code: code(number::SIGNAL_PCAN, 0), name: "SignalPCAN uint32", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let _: &Parameters = op.parameters()?;
    op.arity(3, 1, 0)?;
    let channels = op.input_bytes(0) / 4;
    op.input::<u32>(0, channels)?;
    op.input::<u32>(1, channels)?;
    op.input::<i16>(2, op.input_bytes(2) / 2)?;
    op.output::<u32>(0, channels)
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    apply_gain(call.input(2), p.shift, call.input(0), call.input(1), call.output(0));
}
