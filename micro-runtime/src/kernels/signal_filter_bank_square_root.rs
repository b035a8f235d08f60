//! SignalFilterBankSquareRoot: `output = round(sqrt(input)) >> shift`.
//!
//! Inputs: `uint64` sums, and the shift as one `int32`, of which the low five bits count. Output: `uint32` levels. The
//! rule is in [`square_roots`].

use super::{Call, Fault, Kernel, Op, code, number};
use crate::frontend::filterbank::square_roots;

/// `uint64`. No parameters.
pub const UINT64: Kernel = Kernel {
    code: code(number::SIGNAL_FILTER_BANK_SQUARE_ROOT, 0),
    name: "SignalFilterBankSquareRoot uint64",
    check,
    invoke,
};

fn check(op: &Op<'_>) -> Result<(), Fault> {
    op.arity(2, 1, 0)?;
    let channels = op.input_bytes(0) / 8;
    op.input::<u64>(0, channels)?;
    op.input::<i32>(1, 1)?;
    op.output::<u32>(0, channels)
}

fn invoke(call: &Call<'_>) {
    let shift = call.input::<i32>(1).get(0) as u32;
    square_roots(call.input(0), shift, call.output(0));
}
