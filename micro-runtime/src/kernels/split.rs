//! SPLIT: `outputs[0][o], outputs[1][o], .. = input[o]` for every `o` of the dimensions before the axis.
//!
//! The elements of each output that lie behind one another in the input are one run of bytes, whatever their type.
//! SPLIT_V is the same with unequal runs, UNPACK with outputs of extent 1 along the axis.

use bytemuck::{Pod, Zeroable};

use super::support::runs::copy_run;
use super::{Call, Fault, Kernel, Op, code, number};

/// How often the outputs take turns. One input, one output or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Number of runs in each output, at least 1: the product of the extents before the axis.
    pub rounds: u32,
}

/// Any element type.
pub const BYTES: Kernel = Kernel { code: code(number::SPLIT, 0), name: "SPLIT", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(1, op.outputs(), 0)?;
    op.writes_arena()?;
    let mut bytes = 0usize;
    for index in 0..op.outputs() {
        let length = op.output_bytes(index);
        if p.rounds == 0 || !length.is_multiple_of(p.rounds as usize) {
            return Err(Fault::new("an output cannot be divided into its runs"));
        }
        bytes = bytes.checked_add(length).ok_or(Fault::new("its outputs are too large"))?;
    }
    if bytes == op.input_bytes(0) { Ok(()) } else { Err(Fault::new("the input has the wrong length")) }
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let input = call.input_bytes(0);
    let rounds = p.rounds as usize;
    let (mut from, mut round) = (0, 0);
    while from < input.len() {
        for index in 0..call.outputs() {
            let output = call.output_bytes(index);
            let run = output.len() / rounds;
            copy_run(output.range(round * run, run), input.range(from, run));
            from += run;
        }
        round += 1;
    }
}
