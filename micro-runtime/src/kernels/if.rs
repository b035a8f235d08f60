//! IF: one of two subgraphs runs, as a condition says.
//!
//! Inputs: the condition, one `bool`; the values for the subgraphs; the results of the first subgraph, then those of
//! the second. Outputs: the results of the op; the inputs of the first subgraph, then those of the second. Values are
//! copied into the inputs of the subgraph that runs, and its results to those of the op, as TFLM does.

use bytemuck::{Pod, Zeroable};

use super::support::values::{check_values, copy_values};
use super::{Call, Fault, Kernel, Op, code, number};

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The subgraph that runs when the condition holds, and the one that runs when it does not.
    pub subgraphs: [u32; 2],
    /// How many values each subgraph takes.
    pub values: u32,
    /// How many results each subgraph gives.
    pub results: u32,
}

/// Any types: it moves bytes.
pub const BYTES: Kernel = Kernel { code: code(number::IF, 0), name: "IF", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    let (values, results) = (p.values as u64, p.results as u64);
    if (op.inputs() as u64, op.outputs() as u64) != (1 + values + 2 * results, results + 2 * values) {
        return Err(Fault::new("it has the wrong number of operands"));
    }
    op.input::<u8>(0, 1)?;
    op.writes_arena()?;
    for branch in 0..2 {
        let operands = Operands::of(p, branch);
        op.subgraph(p.subgraphs[branch])?;
        check_values(op, 1, operands.subgraph_values, p.values as usize)?;
        check_values(op, operands.subgraph_results, 0, p.results as usize)?;
    }
    Ok(())
}

/// Where the operands of a branch begin.
struct Operands {
    /// Its inputs, among the outputs of the op.
    subgraph_values: usize,
    /// Its outputs, among the inputs of the op.
    subgraph_results: usize,
}

impl Operands {
    fn of(p: &Parameters, branch: usize) -> Operands {
        let (values, results) = (p.values as usize, p.results as usize);
        Operands { subgraph_values: results + branch * values, subgraph_results: 1 + values + branch * results }
    }
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let branch = (call.input::<u8>(0).get(0) == 0) as usize;
    let operands = Operands::of(p, branch);
    copy_values(call, 1, operands.subgraph_values, p.values as usize);
    if call.run(p.subgraphs[branch]) {
        copy_values(call, operands.subgraph_results, 0, p.results as usize);
    }
}
