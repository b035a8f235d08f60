//! DYNAMIC_UPDATE_SLICE: a copy of the operand in which a block is replaced by the update.
//!
//! Where the block starts is known at run time only. Starts are clamped so that the block lies inside the operand.

use super::support::inset::{DIMENSIONS, Inset};
use super::{Call, Fault, Kernel, Op, code, number};
use crate::arena::Element;

/// Elements of any size, `int32` starts. The parameters are the [`Inset`] of the update in the operand; inputs:
/// operand, update, starts (one a dimension). The output has the shape of the operand.
pub const INT32_STARTS: Kernel = kernel::<i32>(0, "DYNAMIC_UPDATE_SLICE at int32");

/// As [`INT32_STARTS`], `int64` starts.
pub const INT64_STARTS: Kernel = kernel::<i64>(1, "DYNAMIC_UPDATE_SLICE at int64");

const fn kernel<T: Element + Into<i64>>(variant: u16, name: &'static str) -> Kernel {
    Kernel { code: code(number::DYNAMIC_UPDATE_SLICE, variant), name, check: check::<T>, invoke: invoke::<T> }
}

fn check<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Inset = op.parameters()?;
    op.arity(3, 1, 0)?;
    op.writes_arena()?;
    if p.check()? != [op.input_bytes(0), op.input_bytes(1)] || op.output_bytes(0) != op.input_bytes(0) {
        return Err(Fault::new("an operand has the wrong length"));
    }
    op.input::<T>(2, p.rank as usize)
}

fn invoke<T: Element + Into<i64>>(call: &Call<'_>) {
    let p: &Inset = call.parameters();
    let (update, starts, output) = (call.input_bytes(1), call.input::<T>(2), call.output_bytes(0));
    output.copy_from(call.input_bytes(0));
    if update.is_empty() {
        return;
    }
    let mut first = [0usize; DIMENSIONS];
    for (dimension, start) in p.dimensions().zip(starts.iter()) {
        let room = p.whole[dimension] - p.part[dimension];
        first[dimension] = start.into().clamp(0, room as i64) as usize;
    }
    for (index, to) in p.rows(first).enumerate() {
        output.range(to, p.row()).copy_from(update.range(index * p.row(), p.row()));
    }
}
