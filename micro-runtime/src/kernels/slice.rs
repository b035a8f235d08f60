//! SLICE: a box of the input. Where it begins is known at run time only; one that is known before is a `STRIDED_COPY`.
//!
//! The box has the shape of the output. A size of -1 stands for all that is left from the beginning on. A box that does
//! not lie inside the input, or has another size, ends the invocation.

use super::support::inset::{DIMENSIONS, Inset};
use super::support::runs::copy_run;
use super::{Call, Fault, Kernel, Op, code, number};
use crate::arena::Element;

/// Elements of any size, `int32` beginnings and sizes. The parameters are the [`Inset`] of the output in the input;
/// inputs: input, beginnings, sizes (one each a dimension).
pub const INT32_STARTS: Kernel = kernel::<i32>(0, "SLICE at int32");

/// As [`INT32_STARTS`], `int64` beginnings and sizes.
pub const INT64_STARTS: Kernel = kernel::<i64>(1, "SLICE at int64");

const fn kernel<T: Element + Into<i64>>(variant: u16, name: &'static str) -> Kernel {
    Kernel { code: code(number::SLICE, variant), name, check: check::<T>, invoke: invoke::<T> }
}

fn check<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Inset = op.parameters()?;
    op.arity(3, 1, 0)?;
    op.writes_arena()?;
    if p.check()? != [op.input_bytes(0), op.output_bytes(0)] {
        return Err(Fault::new("an operand has the wrong length"));
    }
    op.input::<T>(1, p.rank as usize)?;
    op.input::<T>(2, p.rank as usize)
}

fn invoke<T: Element + Into<i64>>(call: &Call<'_>) {
    let p: &Inset = call.parameters();
    let (input, output) = (call.input_bytes(0), call.output_bytes(0));
    let (begins, sizes) = (call.input::<T>(1), call.input::<T>(2));
    let mut first = [0usize; DIMENSIONS];
    for (dimension, (begin, size)) in p.dimensions().zip(begins.iter().zip(sizes.iter())) {
        let (begin, size): (i64, i64) = (begin.into(), size.into());
        let (extent, wanted) = (i64::from(p.whole[dimension]), i64::from(p.part[dimension]));
        if !(0..=extent - wanted).contains(&begin) {
            return call.fail("SLICE begins where its box is not inside the input");
        }
        if size != wanted && (size != -1 || begin + wanted != extent) {
            return call.fail("SLICE got a size that is not that of its output");
        }
        first[dimension] = begin as usize;
    }
    if output.is_empty() {
        return;
    }
    for (index, from) in p.rows(first).enumerate() {
        copy_run(output.range(index * p.row(), p.row()), input.range(from, p.row()));
    }
}
