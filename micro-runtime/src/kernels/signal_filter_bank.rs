//! SignalFilterBank: the energies of the bins are summed into channels.
//!
//! Inputs: `uint32` energies, then the `int16` tables of [`Bands`]: weights, unweights, frequency starts, weight starts
//! and widths. Output: one `uint64` for each channel. The rule is in [`accumulate`].

use super::{Call, Fault, Kernel, Op, code, number};
use crate::frontend::filterbank::{Bands, accumulate};

/// `uint32` energies. No parameters.
pub const UINT32: Kernel =
    Kernel { code: code(number::SIGNAL_FILTER_BANK, 0), name: "SignalFilterBank uint32", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    op.arity(6, 1, 0)?;
    op.input::<u32>(0, op.input_bytes(0) / 4)?;
    (1..6).try_for_each(|table| op.input::<i16>(table, op.input_bytes(table) / 2))?;
    op.output::<u64>(0, op.output_bytes(0) / 8)
}

fn invoke(call: &Call<'_>) {
    let bands = Bands {
        weights: call.input(1),
        unweights: call.input(2),
        frequency_starts: call.input(3),
        weight_starts: call.input(4),
        widths: call.input(5),
    };
    accumulate(&bands, call.input(0), call.output(0));
}
