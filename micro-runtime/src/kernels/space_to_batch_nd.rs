//! SPACE_TO_BATCH_ND: every n-th row and column becomes a batch of its own.
//!
//! The mapping is in [`support::space_batch`](super::support::space_batch); the input is the wide tensor, the output
//! the blocked one. What is padded becomes bytes of 0, whatever the zero point: the reference kernel never sets its
//! pad value.

use super::support::runs::copy_run;
use super::support::space_batch::{AnyBlocks, Parameters};
use super::{Call, Fault, Kernel, Op, code, number};

/// Any element type. One input, one output.
pub const BYTES: Kernel = Kernel { code: code(number::SPACE_TO_BATCH_ND, 0), name: "SPACE_TO_BATCH_ND", check, invoke };

/// Any element type, blocks and borders known at run time only.
pub const ANY_BLOCKS: Kernel = Kernel {
    code: code(number::SPACE_TO_BATCH_ND, 1),
    name: "SPACE_TO_BATCH_ND, any blocks",
    check: check_any_blocks,
    invoke: invoke_any_blocks,
};

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(1, 1, 0)?;
    op.writes_arena()?;
    if p.check()? == (op.input_bytes(0), op.output_bytes(0)) {
        Ok(())
    } else {
        Err(Fault::new("an operand has the wrong length"))
    }
}

fn check_any_blocks(op: &Op<'_>) -> Result<(), Fault> {
    if op.parameters::<AnyBlocks>()?.check(op)? == (op.input_bytes(0), op.output_bytes(0)) {
        Ok(())
    } else {
        Err(Fault::new("an operand has the wrong length"))
    }
}

fn invoke(call: &Call<'_>) {
    move_runs(call, call.parameters());
}

fn invoke_any_blocks(call: &Call<'_>) {
    if let Some(known) = call.parameters::<AnyBlocks>().at_run_time(call) {
        move_runs(call, &known);
    }
}

fn move_runs(call: &Call<'_>, p: &Parameters) {
    let (input, output) = (call.input_bytes(0), call.output_bytes(0));
    let run = p.run as usize;
    if input.len() < output.len() {
        output.fill(0);
    }
    p.for_each_place(|wide, blocked| copy_run(output.range(blocked, run), input.range(wide, run)));
}
