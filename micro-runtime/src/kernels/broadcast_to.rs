//! BROADCAST_TO: the input, repeated until it has the shape of the output.
//!
//! One kernel serves all element types: the bytes of an element are one more dimension of the walk.

use super::support::broadcast::{Broadcast, copy};
use super::{Call, Fault, Kernel, Op, code, number};

/// Elements of any size. One input, one output. The parameters are the [`Broadcast`] of the input's bytes.
pub const BYTES: Kernel = Kernel { code: code(number::BROADCAST_TO, 0), name: "BROADCAST_TO", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let broadcast: &Broadcast = op.parameters()?;
    op.arity(1, 1, 0)?;
    op.writes_arena()?;
    if op.input_bytes(0) != broadcast.operand_elements(0)? || op.output_bytes(0) != broadcast.elements()? {
        return Err(Fault::new("an operand has the wrong length"));
    }
    Ok(())
}

fn invoke(call: &Call<'_>) {
    copy(call.parameters(), call.input_bytes(0), call.output_bytes(0));
}
