//! Values that are handed to subgraphs and back, as bytes.

use crate::kernels::{Call, Fault, Op};

/// Requires `count` inputs from `input` to be as long as as many outputs from `output`. The operands must be there.
pub fn check_values(op: &Op<'_>, input: usize, output: usize, count: usize) -> Result<(), Fault> {
    if (0..count).all(|value| op.input_bytes(input + value) == op.output_bytes(output + value)) {
        Ok(())
    } else {
        Err(Fault::new("a value does not fit the subgraph that it is for"))
    }
}

/// Copies `count` inputs from `input` to as many outputs from `output`.
pub fn copy_values(call: &Call<'_>, input: usize, output: usize, count: usize) {
    for value in 0..count {
        call.output_bytes(output + value).copy_from(call.input_bytes(input + value));
    }
}

/// Copies `count` outputs from `from` to as many outputs from `to`.
pub fn copy_outputs(call: &Call<'_>, from: usize, to: usize, count: usize) {
    for value in 0..count {
        call.output_bytes(to + value).copy_from(call.output_bytes(from + value).as_input());
    }
}
