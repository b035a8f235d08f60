//! READ_VARIABLE: the output is what a variable holds.
//!
//! Input: the variable. Output: a tensor of its length.

use super::support::values::{check_values, copy_values};
use super::{Call, Fault, Kernel, Op, code, number};

/// Any type: it moves bytes. No parameters.
pub const BYTES: Kernel = Kernel { code: code(number::READ_VARIABLE, 0), name: "READ_VARIABLE", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    op.arity(1, 1, 0)?;
    op.writes_arena()?;
    check_values(op, 0, 0, 1)
}

fn invoke(call: &Call<'_>) {
    copy_values(call, 0, 0, 1);
}
