//! COPY: the output holds the bytes of the input.
//!
//! What ops that only rename a shape become where input and output cannot be one tensor.

use super::{Call, Fault, Kernel, Op, code, number};

/// Any element type, equal lengths. One input, one output.
pub const BYTES: Kernel = Kernel { code: code(number::COPY, 0), name: "COPY", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    op.arity(1, 1, 0)?;
    op.writes_arena()?;
    if op.input_bytes(0) == op.output_bytes(0) {
        Ok(())
    } else {
        Err(Fault::new("input and output have different lengths"))
    }
}

fn invoke(call: &Call<'_>) {
    call.output_bytes(0).copy_from(call.input_bytes(0));
}
