//! REVERSE_V2: some neighbouring dimensions run backwards. Which ones is known at run time only; known before, it is a
//! `STRIDED_COPY`.
//!
//! Axes that are not neighbours or not dimensions of the input end the invocation, as in TFLM's reference kernel.

use bytemuck::{Pod, Zeroable};

use super::support::extents::{DIMENSIONS, Extents};
use super::support::runs::gather_runs;
use super::{Call, Fault, Kernel, Op, code, number, volume};

/// Inputs: input, axes (`int32`). One output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The shape of input and output.
    pub shape: Extents,
    /// Bytes of an element.
    pub element_bytes: u32,
    /// How many axes there are, 1 to the number of dimensions.
    pub axes: u32,
}

/// Elements of any size.
pub const BYTES: Kernel = Kernel { code: code(number::REVERSE_V2, 0), name: "REVERSE_V2", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(2, 1, 0)?;
    op.writes_arena()?;
    let bytes = volume(&[p.shape.check()? as u32, p.element_bytes])?;
    if !(1..=p.shape.rank).contains(&p.axes) {
        return Err(Fault::new("it has the wrong number of axes"));
    }
    if op.input_bytes(0) != bytes || op.output_bytes(0) != bytes {
        return Err(Fault::new("an operand has the wrong length"));
    }
    op.input::<i32>(1, p.axes as usize)
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, output) = (call.input_bytes(0), call.output_bytes(0));
    let (mut first, mut last, mut is_reversed) = (DIMENSIONS, 0, [false; DIMENSIONS]);
    for axis in call.input::<i32>(1).iter() {
        match p.shape.resolve(axis) {
            Some(axis) if !is_reversed[axis] => {
                is_reversed[axis] = true;
                (first, last) = (first.min(axis), last.max(axis));
            }
            Some(_) => return call.fail("REVERSE_V2 got the same axis twice"),
            None => return call.fail("REVERSE_V2 got an axis that its input does not have"),
        }
    }
    if last + 1 - first != p.axes as usize {
        return call.fail("REVERSE_V2 got axes that are not neighbours");
    }
    if output.is_empty() {
        return;
    }
    let [outer, along, inner] = p.shape.around(first, last);
    let run = inner * p.element_bytes as usize;
    for block in (0..outer).map(|block| block * along * run) {
        gather_runs(output.range(block, along * run), input, block + (along - 1) * run, run.wrapping_neg(), run);
    }
}
