//! STRIDED_COPY: `output[i0, .., i5] = input[start + sum_k i_k * strides[k]]`, for runs of bytes of any element type.
//!
//! What every op becomes that picks elements in a regular pattern: slices, transpositions, reversals, and moves
//! between depth and space. The output is written from its first byte to its last, each run read as a whole right
//! before it is written.

use bytemuck::{Pod, Zeroable};

use super::support::runs::gather_runs;
use super::{Call, Fault, Kernel, Op, code, number};

/// The most dimensions.
pub const DIMENSIONS: usize = 6;

/// What is read, in bytes. One input, one output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Length of a run: neighbours in both input and output.
    pub run: u32,
    /// Where in the input the first run starts.
    pub start: u32,
    /// How many runs there are along each dimension, outermost first; 1 for one that is not there, never 0.
    pub extents: [u32; DIMENSIONS],
    /// How far apart in the input two neighbours along a dimension are.
    pub strides: [i32; DIMENSIONS],
}

/// Any element type.
pub const BYTES: Kernel = Kernel { code: code(number::STRIDED_COPY, 0), name: "STRIDED_COPY", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(1, 1, 0)?;
    op.writes_arena()?;
    let overflow = Fault::new("its extents are too large");
    let (mut bytes, mut first, mut last) = (p.run as i64, p.start as i64, p.start as i64);
    for (&extent, &stride) in p.extents.iter().zip(&p.strides) {
        let steps = (extent as i64).checked_sub(1).filter(|&steps| steps >= 0).ok_or(Fault::new("an extent is 0"))?;
        bytes = bytes.checked_mul(extent as i64).ok_or(overflow)?;
        let span = steps.checked_mul(stride as i64).ok_or(overflow)?;
        let end = if span < 0 { &mut first } else { &mut last };
        *end = end.checked_add(span).ok_or(overflow)?;
    }
    if bytes != op.output_bytes(0) as i64 {
        return Err(Fault::new("the output has the wrong length"));
    }
    if first < 0 || last.checked_add(p.run as i64).is_none_or(|end| end > op.input_bytes(0) as i64) {
        return Err(Fault::new("it reads outside of the input"));
    }
    Ok(())
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, output) = (call.input_bytes(0), call.output_bytes(0));
    let (run, outer) = (p.run as usize, DIMENSIONS - 1);
    let stride = |dimension: usize| p.strides[dimension] as isize as usize;
    let row = p.extents[outer] as usize * run;
    let (mut from, mut at, mut index) = (p.start as usize, 0, [0u32; DIMENSIONS - 1]);
    while at < output.len() {
        gather_runs(output.range(at, row), input, from, stride(outer), run);
        at += row;
        for dimension in (0..outer).rev() {
            index[dimension] += 1;
            from = from.wrapping_add(stride(dimension));
            if index[dimension] < p.extents[dimension] {
                break;
            }
            from = from.wrapping_sub(stride(dimension).wrapping_mul(p.extents[dimension] as usize));
            index[dimension] = 0;
        }
    }
}
