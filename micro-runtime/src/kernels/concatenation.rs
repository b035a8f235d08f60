//! CONCATENATION: `output[o] = inputs[0][o], inputs[1][o], ..` for every `o` of the dimensions before the axis.
//!
//! The elements of each input that lie behind one another there are one run of bytes, whatever their type. PACK is the
//! same with inputs of extent 1 along the new axis.

use bytemuck::{Pod, Zeroable};

use super::support::runs::copy_run;
use super::{Call, Fault, Kernel, Op, code, number};

/// How often the inputs take turns. One input or more, one output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Number of runs in each input, at least 1: the product of the extents before the axis.
    pub rounds: u32,
}

/// Any element type.
pub const BYTES: Kernel = Kernel { code: code(number::CONCATENATION, 0), name: "CONCATENATION", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(op.inputs(), 1, 0)?;
    op.writes_arena()?;
    let mut bytes = 0usize;
    for index in 0..op.inputs() {
        let length = op.input_bytes(index);
        if p.rounds == 0 || !length.is_multiple_of(p.rounds as usize) {
            return Err(Fault::new("an input cannot be divided into its runs"));
        }
        bytes = bytes.checked_add(length).ok_or(Fault::new("its inputs are too large"))?;
    }
    if bytes == op.output_bytes(0) { Ok(()) } else { Err(Fault::new("the output has the wrong length")) }
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let output = call.output_bytes(0);
    let rounds = p.rounds as usize;
    let (mut at, mut round) = (0, 0);
    while at < output.len() {
        for index in 0..call.inputs() {
            let input = call.input_bytes(index);
            let run = input.len() / rounds;
            copy_run(output.range(at, run), input.range(round * run, run));
            at += run;
        }
        round += 1;
    }
}
