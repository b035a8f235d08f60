//! GATHER_ND: `output[s, ..] = input[indices[s, 0], .., indices[s, depth - 1], ..]`.
//!
//! What lies behind the indexed dimensions is one run of bytes, whatever its type. As in the reference kernel it is the
//! position in the whole input that must not leave it, not each index its dimension; where it does, the invocation
//! ends.

use bytemuck::{Pod, Zeroable};

use super::support::runs::copy_run;
use super::{Call, Fault, Kernel, Op, code, number, volume};

/// The most dimensions that can be indexed.
pub const DEPTH: usize = 5;

/// Extents. Inputs: input, indices. One output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Number of runs.
    pub slices: u32,
    /// Indices of a run, at most [`DEPTH`].
    pub depth: u32,
    /// Length of a run in bytes.
    pub run: u32,
    /// How far apart neighbours along each indexed dimension are, in bytes; 0 for one that is not there.
    pub strides: [u32; DEPTH],
}

/// Any element type, `int32` indices.
pub const BYTES: Kernel = Kernel { code: code(number::GATHER_ND, 0), name: "GATHER_ND", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(2, 1, 0)?;
    op.writes_arena()?;
    op.input::<i32>(1, volume(&[p.slices, p.depth])?)?;
    if p.depth as usize > DEPTH {
        return Err(Fault::new("it indexes too many dimensions"));
    }
    if volume(&[p.slices, p.run])? != op.output_bytes(0) {
        return Err(Fault::new("the output has the wrong length"));
    }
    Ok(())
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, indices, output) = (call.input_bytes(0), call.input::<i32>(1), call.output_bytes(0));
    let (depth, run) = (p.depth as usize, p.run as usize);
    if output.is_empty() {
        return;
    }
    for slice in 0..p.slices as usize {
        let tuple = indices.range(slice * depth, depth);
        let position = tuple.iter().zip(&p.strides).fold(0i64, |position, (index, &stride)| {
            position.saturating_add((index as i64).saturating_mul(stride as i64))
        });
        if position < 0 || position > input.len() as i64 - run as i64 {
            return call.fail("GATHER_ND got an index outside of its input");
        }
        copy_run(output.range(slice * run, run), input.range(position as usize, run));
    }
}
