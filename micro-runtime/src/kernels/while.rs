//! WHILE: a subgraph runs as long as another one says so.
//!
//! Inputs: the values at the start; the answer of the condition, one `bool`; the results of the body. Outputs: the
//! values at the end; the inputs of the condition; the inputs of the body. As in TFLM the values of a round are kept in
//! the outputs of the op and copied to and from the subgraphs. [`MAXIMUM_RUNS`](super::MAXIMUM_RUNS) bounds the rounds.

use bytemuck::{Pod, Zeroable};

use super::support::values::{check_values, copy_outputs, copy_values};
use super::{Call, Fault, Kernel, Op, code, number};

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The subgraph with the condition.
    pub condition: u32,
    /// The subgraph that runs as long as the condition holds.
    pub body: u32,
    /// How many values there are.
    pub values: u32,
}

/// Any types: it moves bytes.
pub const BYTES: Kernel = Kernel { code: code(number::WHILE, 0), name: "WHILE", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    let values = p.values as u64;
    if (op.inputs() as u64, op.outputs() as u64) != (2 * values + 1, 3 * values) {
        return Err(Fault::new("it has the wrong number of operands"));
    }
    let values = p.values as usize;
    op.input::<u8>(values, 1)?;
    op.writes_arena()?;
    op.subgraph(p.condition)?;
    op.subgraph(p.body)?;
    check_values(op, 0, 0, values)?;
    check_values(op, 0, values, values)?;
    check_values(op, 0, 2 * values, values)?;
    check_values(op, values + 1, 0, values)
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let values = p.values as usize;
    copy_values(call, 0, 0, values);
    loop {
        copy_outputs(call, 0, values, values);
        if !call.run(p.condition) || call.input::<u8>(values).get(0) == 0 {
            return;
        }
        copy_outputs(call, 0, 2 * values, values);
        if !call.run(p.body) {
            return;
        }
        copy_values(call, values + 1, 0, values);
    }
}
