//! PAD: the input with a border of one value around it.
//!
//! Extents are those of the input, outermost first; before and behind them along each dimension the output has the
//! fill value that many times. The innermost dimension counts bytes, so that any element type will do.

use bytemuck::{Pod, Zeroable};

use super::support::runs::fill_runs;
use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::{Input, Output};

/// The most dimensions.
pub const DIMENSIONS: usize = 5;

/// Input and borders. Inputs: input, fill value (one element). One output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Extents of the input; 1 for a dimension that is not there. The last one is in bytes.
    pub extents: [u32; DIMENSIONS],
    /// How much is added before, the last one in bytes.
    pub before: [u32; DIMENSIONS],
    /// How much is added behind, the last one in bytes.
    pub behind: [u32; DIMENSIONS],
}

/// Any element type.
pub const BYTES: Kernel = Kernel { code: code(number::PAD, 0), name: "PAD", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(2, 1, 0)?;
    op.writes_arena()?;
    let overflow = Fault::new("its extents are too large");
    let mut padded = [0; DIMENSIONS];
    for (dimension, extent) in padded.iter_mut().enumerate() {
        let borders = p.before[dimension].checked_add(p.behind[dimension]).ok_or(overflow)?;
        *extent = p.extents[dimension].checked_add(borders).ok_or(overflow)?;
    }
    if volume(&p.extents)? != op.input_bytes(0) || volume(&padded)? != op.output_bytes(0) {
        return Err(Fault::new("an operand has the wrong length"));
    }
    let value = op.input_bytes(1);
    let last = DIMENSIONS - 1;
    let whole = |bytes: u32| (bytes as usize).is_multiple_of(value);
    if value == 0 || !whole(p.extents[last]) || !whole(p.before[last]) || !whole(p.behind[last]) {
        return Err(Fault::new("its fill value has the wrong length"));
    }
    Ok(())
}

fn invoke(call: &Call<'_>) {
    Walk { p: call.parameters(), value: call.input_bytes(1) }.pad(0, call.output_bytes(0), call.input_bytes(0));
}

struct Walk<'a> {
    p: &'a Parameters,
    value: Input<'a, u8>,
}

impl Walk<'_> {
    /// Pads one index of the dimensions outside of `dimension`, in the order of the output.
    fn pad(&self, dimension: usize, output: Output<'_, u8>, input: Input<'_, u8>) {
        if output.is_empty() {
            return;
        }
        let extent = self.p.extents[dimension] as usize;
        let before = self.p.before[dimension] as usize;
        let padded = before + extent + self.p.behind[dimension] as usize;
        let step = output.len() / padded;
        let (head, end) = (before * step, (before + extent) * step);
        fill_runs(output.range(0, head), self.value);
        if dimension == DIMENSIONS - 1 {
            output.range(head, extent).copy_from(input);
        } else {
            (0..extent).for_each(|index| {
                let part = input.len() / extent;
                self.pad(dimension + 1, output.range(head + index * step, step), input.range(index * part, part));
            });
        }
        fill_runs(output.tail(end), self.value);
    }
}
