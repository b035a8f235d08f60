//! Constant folding: an op whose inputs are all known is run on the host, by the kernel that the chip would run.

use std::collections::HashMap;

use micro_runtime::interpreter::Interpreter;
use micro_runtime::kernels;
use micro_runtime::program::{KernelSet, Program};

use crate::aligned::AlignedBytes;
use crate::compile::emit::{Extras, Parts, emit};
use crate::compile::error::Refusal;
use crate::compile::graph::{Graph, TensorId};
use crate::compile::schedule::{Aliases, Place, Scheduled};
use crate::compile::step::{Operand, Step};

/// By how many bytes folding may grow a Program; beyond it, the op is left to the chip.
const MAXIMUM_GROWTH: u64 = 4096;

/// The most bytes that the operands of a folded op may have together.
const MAXIMUM_BYTES: u64 = 1 << 24;

/// Tensors and the bytes that they hold.
pub type Values = Vec<(TensorId, Vec<u8>)>;

/// The values of the outputs of `step`, when all its inputs are known and keeping them costs little flash.
///
/// Fails where the op would fail on the chip.
pub fn fold(graph: &Graph<'_>, aliases: &Aliases, step: &Step) -> Result<Option<Values>, Refusal> {
    if !step.is_pure || !step.calls.is_empty() {
        return Ok(None);
    }
    let mut known_bytes = 0u64;
    for operand in &step.inputs {
        match operand {
            Operand::Tensor(tensor) => {
                let Some(data) = &graph.tensor(aliases.root(*tensor)).data else { return Ok(None) };
                known_bytes += data.len() as u64;
            }
            Operand::Constant(constant) => known_bytes += constant.bytes.len() as u64,
            Operand::Absent => {}
            _ => return Ok(None),
        }
    }
    let mut outputs = Vec::new();
    let mut offsets = HashMap::new();
    let mut end = 0u64;
    let mut place = |place: Place, bytes: u32| {
        offsets.insert(place, end as u32);
        end += (bytes as u64).next_multiple_of(16);
    };
    let mut output_bytes = 0;
    for operand in &step.outputs {
        let Operand::Tensor(tensor) = operand else { return Ok(None) };
        let info = graph.tensor(*tensor);
        if info.is_variable || info.element_type.is_none() {
            return Ok(None);
        }
        place(Place::Tensor(*tensor), info.bytes());
        output_bytes += info.bytes() as u64;
        outputs.push(*tensor);
    }
    for (index, operand) in step.scratch.iter().enumerate() {
        let Operand::Scratch { bytes, .. } = operand else { return Ok(None) };
        place(Place::Scratch(0, index), *bytes);
    }
    if output_bytes > known_bytes + MAXIMUM_GROWTH || known_bytes + end > MAXIMUM_BYTES {
        return Ok(None);
    }
    let emitted = emit(
        &Parts {
            graph,
            aliases,
            scheduled: &[Scheduled { step: step.clone(), subgraph: 0, operator: 0 }],
            subgraphs: &[0],
            offsets: &offsets,
            persistent: &[],
            arena_bytes: end as u32,
            inputs: &[],
            outputs: &outputs,
        },
        &Extras { source_digest: [0; 32], labels: Vec::new(), listening: None, kernel_set: KernelSet::Generic },
    );
    let refusal = |error: &dyn std::fmt::Display| {
        Refusal::new(
            format!("its inputs are constant and it cannot be run on them: {error}"),
            "The constants of this operator contradict each other; convert the model again.",
        )
    };
    let bytes = AlignedBytes::from(emitted.bytes.as_slice());
    let program = Program::parse(&bytes, kernels::all).map_err(|error| refusal(&error))?;
    let mut arena = AlignedBytes::zeroed(program.arena_bytes());
    let mut interpreter = Interpreter::new(program, &mut arena).map_err(|error| refusal(&error))?;
    interpreter.invoke().map_err(|error| refusal(&error))?;
    let value = |index: usize| interpreter.output_bytes(index).map(|bytes| bytes.iter().collect()).unwrap_or_default();
    Ok(Some(outputs.iter().enumerate().map(|(index, &tensor)| (tensor, value(index))).collect()))
}
