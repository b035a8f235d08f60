//! DYNAMIC_UPDATE_SLICE: a copy of the operand in which a block is replaced by the update.
//!
//! Where the block starts is known at run time only. Starts are clamped so that the block lies inside the operand.

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::Element;

/// The most dimensions of the operand.
pub const DIMENSIONS: usize = 6;

/// Parameters. Inputs: operand, update, starts (one a dimension). The output has the shape of the operand.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// How many of the extents there are starts for, the innermost, in `1..=6`.
    pub rank: u32,
    /// Bytes of an element.
    pub element_bytes: u32,
    /// Extents of the operand, outermost first, padded with 1 in front.
    pub operand: [u32; DIMENSIONS],
    /// Extents of the update, each at most that of the operand, padded with 1 in front.
    pub update: [u32; DIMENSIONS],
}

/// Elements of any size, `int32` starts.
pub const INT32_STARTS: Kernel = kernel::<i32>(0, "DYNAMIC_UPDATE_SLICE at int32");

/// Elements of any size, `int64` starts.
pub const INT64_STARTS: Kernel = kernel::<i64>(1, "DYNAMIC_UPDATE_SLICE at int64");

const fn kernel<T: Element + Into<i64>>(variant: u16, name: &'static str) -> Kernel {
    Kernel { code: code(number::DYNAMIC_UPDATE_SLICE, variant), name, check: check::<T>, invoke: invoke::<T> }
}

fn check<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(3, 1, 0)?;
    op.writes_arena()?;
    if !(1..=DIMENSIONS as u32).contains(&p.rank) {
        return Err(Fault::new("it has the wrong number of dimensions"));
    }
    if p.operand.iter().zip(&p.update).any(|(operand, update)| update > operand) {
        return Err(Fault::new("the update is larger than the operand"));
    }
    let operand = volume(&[volume(&p.operand)? as u32, p.element_bytes])?;
    let update = volume(&[volume(&p.update)? as u32, p.element_bytes])?;
    if op.input_bytes(0) != operand || op.input_bytes(1) != update || op.output_bytes(0) != operand {
        return Err(Fault::new("an operand has the wrong length"));
    }
    op.input::<T>(2, p.rank as usize)
}

fn invoke<T: Element + Into<i64>>(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (update, starts, output) = (call.input_bytes(1), call.input::<T>(2), call.output_bytes(0));
    output.copy_from(call.input_bytes(0));
    if update.is_empty() {
        return;
    }
    let mut first = [0usize; DIMENSIONS];
    for (dimension, start) in (DIMENSIONS - starts.len()..).zip(starts.iter()) {
        let room = p.operand[dimension] - p.update[dimension];
        first[dimension] = start.into().clamp(0, room as i64) as usize;
    }
    let row = p.update[DIMENSIONS - 1] as usize * p.element_bytes as usize;
    for index in 0..update.len() / row {
        // The place of this row of the update in the operand, from the innermost of the other dimensions outwards.
        let (mut rest, mut stride) = (index, p.operand[DIMENSIONS - 1] as usize);
        let mut element = first[DIMENSIONS - 1];
        for dimension in (0..DIMENSIONS - 1).rev() {
            let extent = p.update[dimension] as usize;
            element += (first[dimension] + rest % extent) * stride;
            rest /= extent;
            stride *= p.operand[dimension] as usize;
        }
        let to = element * p.element_bytes as usize;
        output.range(to, row).copy_from(update.range(index * row, row));
    }
}
