//! ASSIGN_VARIABLE: a variable holds the input from now on.
//!
//! Input: a tensor. Output: the variable, of the same length.

use super::support::values::{check_values, copy_values};
use super::{Call, Fault, Kernel, Op, code, number};

/// Any type: it moves bytes. No parameters.
pub const BYTES: Kernel = Kernel { code: code(number::ASSIGN_VARIABLE, 0), name: "ASSIGN_VARIABLE", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    op.arity(1, 1, 0)?;
    op.writes_arena()?;
    check_values(op, 0, 0, 1)
}

fn invoke(call: &Call<'_>) {
    copy_values(call, 0, 0, 1);
}
