//! The arena that TensorFlow Lite Micro would take, for people who deploy with it.

use serde::Serialize;

use crate::estimate::tflm::{Arena, Class, Kernels, arena};
use crate::model::Model;

/// What `arena_used_bytes()` returns on a 32-bit Cortex-M4.
#[derive(Clone, Debug, Serialize)]
pub struct TflmReport {
    /// With its reference kernels; absent when they do not take the model.
    pub reference_bytes: Option<u64>,
    /// With CMSIS-NN; absent when it does not take the model.
    pub cmsis_nn_bytes: Option<u64>,
    /// By class, with its reference kernels.
    pub reference: Option<TflmArena>,
    /// By class, with CMSIS-NN.
    pub cmsis_nn: Option<TflmArena>,
    /// Why there is no number, where there is none.
    pub reason: Option<String>,
}

/// An arena by class, in bytes. Head and tail add up to the whole.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TflmArena {
    /// Tensors and scratch buffers, as planned: they share bytes.
    pub head: u64,
    /// What stays.
    pub tail: u64,
    /// The tail by class.
    pub tail_by_class: TflmTail,
    /// Of the tail, what only fills gaps.
    pub padding: u64,
    /// Scratch buffers, which lie in the head.
    pub scratch: TflmScratch,
}

/// The tail by class, in bytes, with the padding in front of each; they add up to the tail.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TflmTail {
    /// The allocator, its planner, and a record for each subgraph.
    pub allocator: u64,
    /// A record for each tensor.
    pub eval_tensors: u64,
    /// A record for each operator.
    pub nodes: u64,
    /// Operators' options, unpacked.
    pub parameters: u64,
    /// What kernels ask for when they are made.
    pub op_data: u64,
    /// What kernels ask for when they are prepared.
    pub prepared_data: u64,
    /// Variable tensors and resource variables.
    pub variables: u64,
    /// The list of scratch buffers.
    pub scratch_handles: u64,
    /// A record for each input and output.
    pub inputs_and_outputs: u64,
}

/// Scratch buffers, in bytes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TflmScratch {
    /// How many kernels ask for.
    pub buffers: u64,
    /// What they add up to.
    pub bytes: u64,
    /// The largest.
    pub largest: u64,
}

impl TflmReport {
    pub(super) fn new(model: &Model<'_>) -> TflmReport {
        let [reference, cmsis_nn] = [Kernels::Reference, Kernels::CmsisNn].map(|kernels| arena(model, kernels));
        let total = |arena: &Result<Arena, _>| arena.as_ref().ok().map(Arena::total);
        TflmReport {
            reference_bytes: total(&reference),
            cmsis_nn_bytes: total(&cmsis_nn),
            reason: reference.as_ref().err().or(cmsis_nn.as_ref().err()).map(ToString::to_string),
            reference: reference.ok().map(TflmArena::from),
            cmsis_nn: cmsis_nn.ok().map(TflmArena::from),
        }
    }
}

impl From<Arena> for TflmArena {
    fn from(arena: Arena) -> TflmArena {
        TflmArena {
            head: arena.head,
            tail: arena.tail,
            tail_by_class: TflmTail {
                allocator: arena.bytes_of(Class::Allocator),
                eval_tensors: arena.bytes_of(Class::EvalTensors),
                nodes: arena.bytes_of(Class::Nodes),
                parameters: arena.bytes_of(Class::Parameters),
                op_data: arena.bytes_of(Class::OpData),
                prepared_data: arena.bytes_of(Class::PreparedData),
                variables: arena.bytes_of(Class::Variables),
                scratch_handles: arena.bytes_of(Class::ScratchHandles),
                inputs_and_outputs: arena.bytes_of(Class::InputsAndOutputs),
            },
            padding: arena.padding,
            scratch: TflmScratch {
                buffers: arena.scratch.buffers,
                bytes: arena.scratch.bytes,
                largest: arena.scratch.largest,
            },
        }
    }
}
