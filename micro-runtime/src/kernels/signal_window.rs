//! SignalWindow: every frame of samples is multiplied by a window, `output = saturate((input * weight) >> shift)`.
//!
//! Inputs: `int16` samples, frame after frame, and the `int16` weights of one frame. Output: as the samples. The rule
//! is in [`apply_window`].

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number};
use crate::frontend::window::apply_window;

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Fractional bits of the weights; the low five bits count.
    pub shift: u32,
}

/// `int16`.
pub const INT16: Kernel = Kernel { code: code(number::SIGNAL_WINDOW, 0), name: "SignalWindow int16", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let _: &Parameters = op.parameters()?;
    op.arity(2, 1, 0)?;
    let samples = op.input_bytes(0) / 2;
    op.input::<i16>(0, samples)?;
    op.input::<i16>(1, op.input_bytes(1) / 2)?;
    op.output::<i16>(0, samples)
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    apply_window(call.input(0), call.input(1), p.shift, call.output(0));
}
