//! Ops that lay inputs side by side, or take them apart.

use micro_runtime::kernels::{concatenation, split};

use super::movement::volume;
use super::rename::rename;
use crate::compile::error::Refusal;
use crate::compile::lower::TensorRef;
use crate::compile::step::{Lowered, Step};

/// Lays the inputs side by side along dimension `axis` of the output.
///
/// They must have the type of the output, and its elements together.
pub fn join(inputs: &[TensorRef<'_>], output: &TensorRef<'_>, axis: usize) -> Result<Lowered, Refusal> {
    if let [input] = inputs {
        return rename(input, output);
    }
    let rounds = volume(&output.shape[..axis]).max(1);
    let parameters = concatenation::Parameters { rounds };
    let mut step = Step::new(&concatenation::BYTES, &parameters).output(output.id);
    let total = (output.bytes() / rounds) as i64;
    let mut before = 0;
    for (index, input) in inputs.iter().enumerate() {
        let run = (input.bytes() / rounds) as i64;
        // Before the run of a round is read, the output holds all earlier rounds and this one up to the run: ahead of
        // the reads by most in the last round.
        step = step.input(input.id).overlap(index, 0, (rounds as i64 - 1) * (total - run) + before);
        before += run;
    }
    Ok(step.into())
}

/// Takes the input apart along its dimension `axis`; the inverse of [`join`].
///
/// The outputs must have the type of the input, and its elements together.
pub fn separate(input: &TensorRef<'_>, outputs: &[TensorRef<'_>], axis: usize) -> Result<Lowered, Refusal> {
    if let [output] = outputs {
        return rename(input, output);
    }
    let rounds = volume(&input.shape[..axis]).max(1);
    let mut step = Step::new(&split::BYTES, &split::Parameters { rounds }).input(input.id);
    let mut before = 0;
    for (index, output) in outputs.iter().enumerate() {
        // An output grows no faster than the reads, and its first run is written when all before it has been read.
        step = step.output(output.id).overlap(0, index, -before);
        before += (output.bytes() / rounds) as i64;
    }
    Ok(step.into())
}
