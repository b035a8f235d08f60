//! CALL_ONCE: a subgraph runs in the first invocation after a reset, and in no later one.
//!
//! No inputs and outputs. Scratch: one byte that is 0 until the subgraph has run to its end.

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number};

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The subgraph that runs.
    pub subgraph: u32,
}

/// The one variant.
pub const KERNEL: Kernel = Kernel { code: code(number::CALL_ONCE, 0), name: "CALL_ONCE", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(0, 0, 1)?;
    op.scratch_elements::<u8>(0, 1)?;
    op.subgraph(p.subgraph)
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let has_run = call.scratch::<u8>(0);
    if has_run.get(0) == 0 && call.run(p.subgraph) {
        has_run.set(0, 1);
    }
}
