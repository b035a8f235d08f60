//! MIRROR_PAD: the input with a border of its own mirror images.
//!
//! With the edge repeated, index -1 shows element 0; without it, element 1; behind the end likewise. Extents are
//! those of the input, outermost first; an element, or whatever is not padded inside of one, is a run of bytes.
//!
//! Borders that are known at run time only are a second input. Those that do not lead to the shape of the output, or are
//! wider than the mirror image, end the invocation.

use bytemuck::{Pod, Zeroable};

use super::support::runs::copy_run;
use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::{Element, Input, Output};

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

/// Input and output where the borders are known at run time only. Inputs: input, borders (before and behind for each
/// dimension). One output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct AnyBorders {
    /// How many of the extents there are borders for, the innermost, in `1..=5`.
    pub rank: u32,
    /// Bytes of an element.
    pub element_bytes: u32,
    /// 1 when the mirror repeats the element at the edge, 0 when it does not.
    pub repeats_edge: u32,
    /// Extents of the input, outermost first, padded with 1 in front.
    pub input: [u32; DIMENSIONS],
    /// Extents of the output, outermost first, padded with 1 in front.
    pub output: [u32; DIMENSIONS],
}

/// Any element type, `int32` borders.
pub const INT32_BORDERS: Kernel = any_borders::<i32>(1, "MIRROR_PAD by int32");

/// Any element type, `int64` borders.
pub const INT64_BORDERS: Kernel = any_borders::<i64>(2, "MIRROR_PAD by int64");

const fn any_borders<T: Element + Into<i64>>(variant: u16, name: &'static str) -> Kernel {
    Kernel {
        code: code(number::MIRROR_PAD, variant),
        name,
        check: check_any_borders::<T>,
        invoke: invoke_any_borders::<T>,
    }
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

fn check_any_borders<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &AnyBorders = op.parameters()?;
    op.arity(2, 1, 0)?;
    op.writes_arena()?;
    if !(1..=DIMENSIONS as u32).contains(&p.rank) {
        return Err(Fault::new("it has the wrong number of dimensions"));
    }
    if p.repeats_edge > 1 {
        return Err(Fault::new("its mode is neither of the two"));
    }
    let input = volume(&[volume(&p.input)? as u32, p.element_bytes])?;
    let output = volume(&[volume(&p.output)? as u32, p.element_bytes])?;
    if op.input_bytes(0) != input || op.output_bytes(0) != output {
        return Err(Fault::new("an operand has the wrong length"));
    }
    op.input::<T>(1, 2 * p.rank as usize)
}

fn invoke_any_borders<T: Element + Into<i64>>(call: &Call<'_>) {
    let p: &AnyBorders = call.parameters();
    let borders = call.input::<T>(1);
    let mut known = Parameters {
        run: p.element_bytes,
        repeats_edge: p.repeats_edge,
        extents: p.input,
        before: [0; DIMENSIONS],
        behind: [0; DIMENSIONS],
    };
    for (position, dimension) in (DIMENSIONS - p.rank as usize..DIMENSIONS).enumerate() {
        let (before, behind) = (borders.get(2 * position).into(), borders.get(2 * position + 1).into());
        let extent = i64::from(p.input[dimension]);
        let shown = (extent + i64::from(p.repeats_edge) - 1).max(0);
        if !(0..=shown).contains(&before) || !(0..=shown).contains(&behind) {
            return call.fail("MIRROR_PAD got a border that its mirror image is not wide enough for");
        }
        if before + extent + behind != i64::from(p.output[dimension]) {
            return call.fail("MIRROR_PAD got borders that do not lead to the shape of its output");
        }
        known.before[dimension] = before as u32;
        known.behind[dimension] = behind as u32;
    }
    pad(&known, 0, call.output_bytes(0), call.input_bytes(0));
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
