//! SLICE: a box of the input. Where it begins is known at run time only; one that is known before is a `STRIDED_COPY`.
//!
//! The box has the shape of the output. A size of -1 stands for all that is left from the beginning on. A box that does
//! not lie inside the input, or has another size, ends the invocation.

use bytemuck::{Pod, Zeroable};

use super::support::runs::copy_run;
use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::Element;

/// The most dimensions.
pub const DIMENSIONS: usize = 5;

/// Parameters. Inputs: input, beginnings, sizes (one each a dimension).
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// How many of the extents there are beginnings and sizes for, the innermost, in `1..=5`.
    pub rank: u32,
    /// Bytes of an element.
    pub element_bytes: u32,
    /// Extents of the input, outermost first, padded with 1 in front.
    pub input: [u32; DIMENSIONS],
    /// Extents of the output, each at most that of the input, padded with 1 in front.
    pub output: [u32; DIMENSIONS],
}

/// Elements of any size, `int32` beginnings and sizes.
pub const INT32_STARTS: Kernel = kernel::<i32>(0, "SLICE at int32");

/// Elements of any size, `int64` beginnings and sizes.
pub const INT64_STARTS: Kernel = kernel::<i64>(1, "SLICE at int64");

const fn kernel<T: Element + Into<i64>>(variant: u16, name: &'static str) -> Kernel {
    Kernel { code: code(number::SLICE, variant), name, check: check::<T>, invoke: invoke::<T> }
}

fn check<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(3, 1, 0)?;
    op.writes_arena()?;
    if !(1..=DIMENSIONS as u32).contains(&p.rank) {
        return Err(Fault::new("it has the wrong number of dimensions"));
    }
    if p.input.iter().zip(&p.output).any(|(input, output)| output > input) {
        return Err(Fault::new("the output is larger than the input"));
    }
    let input = volume(&[volume(&p.input)? as u32, p.element_bytes])?;
    let output = volume(&[volume(&p.output)? as u32, p.element_bytes])?;
    if op.input_bytes(0) != input || op.output_bytes(0) != output {
        return Err(Fault::new("an operand has the wrong length"));
    }
    op.input::<T>(1, p.rank as usize)?;
    op.input::<T>(2, p.rank as usize)
}

fn invoke<T: Element + Into<i64>>(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, output) = (call.input_bytes(0), call.output_bytes(0));
    let (begins, sizes) = (call.input::<T>(1), call.input::<T>(2));
    let mut first = [0usize; DIMENSIONS];
    for (dimension, (begin, size)) in (DIMENSIONS - begins.len()..).zip(begins.iter().zip(sizes.iter())) {
        let (begin, size): (i64, i64) = (begin.into(), size.into());
        let (extent, wanted) = (i64::from(p.input[dimension]), i64::from(p.output[dimension]));
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
    let row = p.output[DIMENSIONS - 1] as usize * p.element_bytes as usize;
    for index in 0..output.len() / row {
        // The place of this row of the output in the input, from the innermost of the other dimensions outwards.
        let (mut rest, mut stride) = (index, p.input[DIMENSIONS - 1] as usize);
        let mut element = first[DIMENSIONS - 1];
        for dimension in (0..DIMENSIONS - 1).rev() {
            let extent = p.output[dimension] as usize;
            element += (first[dimension] + rest % extent) * stride;
            rest /= extent;
            stride *= p.input[dimension] as usize;
        }
        copy_run(output.range(index * row, row), input.range(element * p.element_bytes as usize, row));
    }
}
