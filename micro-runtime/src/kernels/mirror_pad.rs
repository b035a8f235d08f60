//! MIRROR_PAD: the input with a border of its own mirror images.
//!
//! With the edge repeated, index -1 shows element 0; without it, element 1; behind the end likewise. Extents are
//! those of the input, outermost first; an element, or whatever is not padded inside of one, is a run of bytes.

use bytemuck::{Pod, Zeroable};

use super::support::runs::copy_run;
use super::{Call, Fault, Kernel, Op, code, number};
use crate::arena::{Input, Output};

/// The most dimensions.
pub const DIMENSIONS: usize = 5;

/// Input and borders. One input, one output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Length of a run in bytes.
    pub run: u32,
    /// 1 when the mirror repeats the element at the edge, 0 when it does not.
    pub repeats_edge: u32,
    /// Extents of the input in runs; 1 for a dimension that is not there.
    pub extents: [u32; DIMENSIONS],
    /// How much is added before; no more than the mirror shows.
    pub before: [u32; DIMENSIONS],
    /// How much is added behind; no more than the mirror shows.
    pub behind: [u32; DIMENSIONS],
}

/// Any element type.
pub const BYTES: Kernel = Kernel { code: code(number::MIRROR_PAD, 0), name: "MIRROR_PAD", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(1, 1, 0)?;
    op.writes_arena()?;
    let overflow = Fault::new("its extents are too large");
    let (mut input, mut output) = (p.run as usize, p.run as usize);
    if p.repeats_edge > 1 {
        return Err(Fault::new("its mode is neither of the two"));
    }
    for dimension in 0..DIMENSIONS {
        let (extent, before, behind) = (p.extents[dimension], p.before[dimension], p.behind[dimension]);
        let shown = (extent as u64 + p.repeats_edge as u64).saturating_sub(1);
        if before as u64 > shown || behind as u64 > shown {
            return Err(Fault::new("a border is wider than the mirror image"));
        }
        let padded = before.checked_add(extent).and_then(|end| end.checked_add(behind)).ok_or(overflow)?;
        input = input.checked_mul(extent as usize).ok_or(overflow)?;
        output = output.checked_mul(padded as usize).ok_or(overflow)?;
    }
    if input != op.input_bytes(0) || output != op.output_bytes(0) {
        return Err(Fault::new("an operand has the wrong length"));
    }
    Ok(())
}

fn invoke(call: &Call<'_>) {
    pad(call.parameters(), 0, call.output_bytes(0), call.input_bytes(0));
}

/// Pads one index of the dimensions outside of `dimension`, in the order of the output.
fn pad(p: &Parameters, dimension: usize, output: Output<'_, u8>, input: Input<'_, u8>) {
    if output.is_empty() {
        return;
    }
    if dimension == DIMENSIONS {
        return copy_run(output, input);
    }
    let (extent, before) = (p.extents[dimension] as usize, p.before[dimension] as usize);
    let padded = before + extent + p.behind[dimension] as usize;
    let (step, part) = (output.len() / padded, input.len() / extent);
    for index in 0..padded {
        let source = if index < before {
            before - index - p.repeats_edge as usize
        } else if index - before < extent {
            index - before
        } else {
            2 * extent + before + p.repeats_edge as usize - index - 2
        };
        pad(p, dimension + 1, output.range(index * step, step), input.range(source * part, part));
    }
}
