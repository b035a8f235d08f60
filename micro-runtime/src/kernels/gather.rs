//! GATHER: `output[b, o, c, i] = input[b, o, indices[b, c], i]`.
//!
//! Input `[batches, outer, axis, inner]`, indices `[batches, coordinates]`, output `[batches, outer, coordinates,
//! inner]`; the inner elements are one run of bytes, whatever their type. An index outside of `0..axis` ends the
//! invocation.

use bytemuck::{Pod, Zeroable};

use super::support::runs::copy_run;
use super::{Call, Fault, Kernel, Op, code, number, volume};

/// Extents. Inputs: input, indices. One output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Dimensions that input and indices share.
    pub batches: u32,
    /// Dimensions of the input before the axis.
    pub outer: u32,
    /// Extent of the input that is picked from.
    pub axis: u32,
    /// Indices of a batch.
    pub coordinates: u32,
    /// Bytes behind the axis.
    pub run: u32,
}

/// Any element type, `int32` indices.
pub const BYTES: Kernel = Kernel { code: code(number::GATHER, 0), name: "GATHER", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(2, 1, 0)?;
    op.writes_arena()?;
    op.input::<i32>(1, volume(&[p.batches, p.coordinates])?)?;
    let input = volume(&[p.batches, p.outer, p.axis, p.run])?;
    let output = volume(&[p.batches, p.outer, p.coordinates, p.run])?;
    if input != op.input_bytes(0) || output != op.output_bytes(0) {
        return Err(Fault::new("an operand has the wrong length"));
    }
    Ok(())
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, indices, output) = (call.input_bytes(0), call.input::<i32>(1), call.output_bytes(0));
    let (outer, axis, run) = (p.outer as usize, p.axis as usize, p.run as usize);
    let coordinates = p.coordinates as usize;
    let mut at = 0;
    let mut block = 0;
    while at < output.len() {
        for index in indices.range(block / outer * coordinates, coordinates).iter() {
            if index < 0 || index as usize >= axis {
                return call.fail("GATHER got an index outside of its input");
            }
            copy_run(output.range(at, run), input.range((block * axis + index as usize) * run, run));
            at += run;
        }
        block += 1;
    }
}
