//! The arena of TensorFlow Lite Micro (TFLM) on a 32-bit Cortex-M4: what `arena_used_bytes()` returns there.
//!
//! It is a model of TFLM's allocator, as of August 2026, built with `TF_LITE_STATIC_MEMORY` by a compiler with short
//! enumerations (the rule for `arm-none-eabi`). The *head* is what its greedy planner needs for tensors and scratch
//! buffers. The *tail* is what stays: bookkeeping for every tensor and operator, what each kernel asks for, and
//! variables, taken from the end of the arena in a fixed order. Kernels differ in what they ask for, so there is a
//! number for the reference kernels and one for CMSIS-NN (optimised for speed, with DSP instructions).

mod lifetimes;
mod node;
mod operators;
mod planner;
mod requests;
mod tail;

use std::fmt;

use lifetimes::{Lifetime, lifetimes};
use node::Node;
pub use operators::{OPERATORS, Operator, find};
use planner::{Buffer, planned_bytes};
use requests::ModelRequests;
use tail::{BUFFER_ALIGNMENT, Tail};

use crate::model::{Model, Quantization, Tensor, TensorType};

/// Which kernels are linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernels {
    /// TFLM's own, without any optimised back end.
    Reference,
    /// Arm's, where there is one, else TFLM's own.
    CmsisNn,
}

/// What the bytes of the tail are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The allocator, its planner, and a record for each subgraph.
    Allocator,
    /// `TfLiteEvalTensor`, one for each tensor, weights included.
    EvalTensors,
    /// `NodeAndRegistration`, one for each operator.
    Nodes,
    /// Operators' options, unpacked.
    Parameters,
    /// What kernels ask for when they are made.
    OpData,
    /// What kernels ask for when they are prepared: multipliers for each channel, sums, tables.
    PreparedData,
    /// The list of scratch buffers.
    ScratchHandles,
    /// Variable tensors and the table of resource variables.
    Variables,
    /// `TfLiteTensor`, one for each input and output of the model.
    InputsAndOutputs,
}

impl Class {
    /// Every class, in the order in which their bytes are taken.
    pub const ALL: [Class; 9] = [
        Class::Allocator,
        Class::EvalTensors,
        Class::Nodes,
        Class::Parameters,
        Class::OpData,
        Class::PreparedData,
        Class::ScratchHandles,
        Class::Variables,
        Class::InputsAndOutputs,
    ];
}

/// An arena, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arena {
    /// The planned part: tensors and scratch buffers, sharing bytes.
    pub head: u64,
    /// The part that stays, padding included.
    pub tail: u64,
    /// What of the tail only fills gaps.
    pub padding: u64,
    /// The scratch buffers that kernels ask for.
    pub scratch: Scratch,
    classes: [u64; Class::ALL.len()],
}

/// Scratch buffers, in bytes. They lie in the head and share it with tensors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scratch {
    /// How many there are.
    pub buffers: u64,
    /// What they add up to.
    pub bytes: u64,
    /// The largest.
    pub largest: u64,
}

impl Arena {
    /// What `arena_used_bytes()` returns.
    pub fn total(&self) -> u64 {
        self.head + self.tail
    }

    /// The bytes of a class with the padding in front of them; all classes add up to the tail.
    pub fn bytes_of(&self, class: Class) -> u64 {
        self.classes[class as usize]
    }
}

/// Why there is no number: TFLM would not run the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// TFLM has no such operator.
    Operator {
        /// Where it is.
        place: String,
        /// Its name.
        name: String,
    },
    /// TFLM has no such type.
    Type {
        /// Which tensor.
        place: String,
        /// Its type.
        tensor_type: TensorType,
    },
    /// The operator's tensors or options are not what its kernels need.
    Damaged {
        /// Which operator.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// Subgraphs call one another without end.
    Calls(String),
    /// More buffers than a microcontroller could plan.
    TooLarge(usize),
}

impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unknown::Operator { place, name } => write!(formatter, "{place}: TFLM has no operator {name}"),
            Unknown::Type { place, tensor_type } => write!(formatter, "{place}: TFLM has no tensors of {tensor_type}"),
            Unknown::Damaged { place, problem } => write!(formatter, "{place}: {problem}"),
            Unknown::Calls(problem) => formatter.write_str(problem),
            Unknown::TooLarge(buffers) => {
                write!(formatter, "it has {buffers} tensors and scratch buffers, at most {MAXIMUM_BUFFERS} are planned")
            }
        }
    }
}

impl std::error::Error for Unknown {}

/// More buffers would take long to plan and do not occur.
const MAXIMUM_BUFFERS: usize = 10_000;

/// The allocator, the greedy planner, and the object that hands out parameters.
const ALLOCATOR_OBJECTS: [u64; 3] = [36, 44, 36];
/// The part of the allocator that is made when a model is loaded.
const PARAMETER_ALLOCATOR: u64 = 8;
/// `SubgraphAllocations`.
const SUBGRAPH: u64 = 8;
/// `TfLiteEvalTensor`.
const EVAL_TENSOR: u64 = 12;
/// `NodeAndRegistration`.
const NODE: u64 = 32;
/// `TfLiteTensor`.
const TENSOR: u64 = 32;
/// `TfLiteAffineQuantization`.
const QUANTISATION: u64 = 12;
/// `MicroResourceVariables`.
const RESOURCES: u64 = 12;
/// What it holds for each variable.
const RESOURCE: u64 = 20;
/// A pointer, an `int`, and what most records are aligned to.
const WORD: u64 = 4;
/// The metadata entry with places for tensors.
const OFFLINE_PLAN: &str = "OfflineMemoryAllocation";
/// There, the place of a tensor that is left to the planner.
const ONLINE: i32 = -1;

/// The arena of `model` with these kernels.
///
/// # Errors
///
/// If TFLM lacks an operator or a type, or if the model makes no sense to it.
pub fn arena(model: &Model<'_>, kernels: Kernels) -> Result<Arena, Unknown> {
    let offline = offline_plan(model)?;
    let requests = requests::all(model, kernels)?;
    let (tail, scratch) = tail(model, &requests, offline.as_deref())?;
    Ok(Arena {
        head: head(model, &requests, offline.as_deref())?,
        tail: tail.used(),
        padding: tail.padding(),
        scratch,
        classes: Class::ALL.map(|class| tail.bytes_of(class)),
    })
}

/// What stays, in the order in which it is taken.
fn tail(model: &Model<'_>, requests: &ModelRequests, offline: Option<&[i32]>) -> Result<(Tail, Scratch), Unknown> {
    let all_requests = || requests.operators.iter().flatten();
    let mut tail = Tail::default();
    for bytes in ALLOCATOR_OBJECTS {
        tail.take(Class::Allocator, bytes, WORD);
    }
    if requests.variables > 0 {
        tail.take_buffer(Class::Variables, RESOURCES);
        tail.take_buffer(Class::Variables, RESOURCE * requests.variables);
    }
    tail.take(Class::Allocator, PARAMETER_ALLOCATOR, WORD);
    tail.take(Class::Allocator, SUBGRAPH * model.subgraphs.len() as u64, WORD);
    for subgraph in &model.subgraphs {
        tail.take(Class::EvalTensors, EVAL_TENSOR * subgraph.tensors.len() as u64, WORD);
    }
    for subgraph in &model.subgraphs {
        tail.take(Class::Nodes, NODE * subgraph.operators.len() as u64, WORD);
    }
    for (bytes, alignment) in all_requests().filter_map(|request| request.parameters) {
        tail.take(Class::Parameters, bytes, alignment);
    }
    for &bytes in all_requests().flat_map(|request| &request.init) {
        tail.take_buffer(Class::OpData, bytes);
    }
    for &bytes in all_requests().flat_map(|request| &request.prepare) {
        tail.take_buffer(Class::PreparedData, bytes);
    }
    let mut scratch = Scratch::default();
    for &bytes in all_requests().flat_map(|request| &request.scratch) {
        scratch.buffers += 1;
        scratch.bytes += bytes;
        scratch.largest = scratch.largest.max(bytes);
    }
    if scratch.buffers > 0 {
        tail.take(Class::ScratchHandles, WORD * scratch.buffers, WORD);
    }
    for (subgraph, graph) in model.subgraphs.iter().enumerate() {
        for (index, tensor) in graph.tensors.iter().enumerate().filter(|(_, tensor)| tensor.is_variable) {
            // TFLM looks the places of variables up as if each subgraph were the first.
            if offline.and_then(|plan| plan.get(index)).is_none_or(|&place| place == ONLINE) {
                tail.take_buffer(Class::Variables, tensor_bytes(tensor, subgraph, index)?);
            }
        }
    }
    let main = &model.subgraphs[0];
    for list in [&main.inputs, &main.outputs] {
        tail.take_buffer(Class::InputsAndOutputs, WORD * list.len() as u64);
        for quantization in list.iter().map(|&index| main.tensors[index].quantization.as_ref()) {
            tail.take(Class::InputsAndOutputs, TENSOR, WORD);
            if let Some(Quantization { scales, zero_points, .. }) = quantization
                && !scales.is_empty()
                && !zero_points.is_empty()
            {
                tail.take(Class::InputsAndOutputs, QUANTISATION, WORD);
                tail.take(Class::InputsAndOutputs, WORD + WORD * scales.len() as u64, WORD);
            }
        }
    }
    Ok((tail, scratch))
}

/// What the planner needs for tensors and scratch buffers.
fn head(model: &Model<'_>, requests: &ModelRequests, offline: Option<&[i32]>) -> Result<u64, Unknown> {
    let lifetimes = lifetimes(model)?;
    let mut places = offline.unwrap_or_default().iter().map(|&place| u64::try_from(place).ok());
    let mut buffers = Vec::new();
    for (subgraph, graph) in model.subgraphs.iter().enumerate() {
        for (index, tensor) in graph.tensors.iter().enumerate() {
            let offset = places.next().flatten();
            let bytes = tensor_bytes(tensor, subgraph, index)?;
            let is_elsewhere = tensor.data.is_some() || requests.is_variable_handle(subgraph, index);
            let is_planned = if tensor.is_variable { offset.is_some() } else { bytes > 0 && !is_elsewhere };
            if is_planned {
                buffers.push(buffer(bytes, lifetimes.tensors[subgraph][index], offset));
            }
        }
    }
    for (requests, lifetimes) in requests.operators.iter().zip(&lifetimes.scratch) {
        for (request, &lifetime) in requests.iter().zip(lifetimes) {
            buffers.extend(request.scratch.iter().map(|&bytes| buffer(bytes, lifetime, None)));
        }
    }
    if buffers.len() > MAXIMUM_BUFFERS {
        return Err(Unknown::TooLarge(buffers.len()));
    }
    Ok(planned_bytes(&buffers))
}

fn buffer(bytes: u64, Lifetime { first, last }: Lifetime, offset: Option<u64>) -> Buffer {
    Buffer { bytes: bytes.next_multiple_of(BUFFER_ALIGNMENT), first, last, offset }
}

fn tensor_bytes(tensor: &Tensor<'_>, subgraph: usize, index: usize) -> Result<u64, Unknown> {
    let bytes = node::element_bytes(tensor.tensor_type).map(|bytes| bytes * tensor.elements() as u64);
    bytes.ok_or_else(|| Unknown::Type {
        place: format!("subgraph {subgraph}, tensor {index} \"{}\"", tensor.name),
        tensor_type: tensor.tensor_type,
    })
}

/// The places that the file gives tensors, over all subgraphs: a version, a subgraph number, a count, and the places.
fn offline_plan(model: &Model<'_>) -> Result<Option<Vec<i32>>, Unknown> {
    let Some(bytes) = model.metadata_named(OFFLINE_PLAN) else { return Ok(None) };
    let words: Vec<i32> =
        bytes.chunks_exact(4).map(|word| i32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect();
    let tensors: usize = model.subgraphs.iter().map(|subgraph| subgraph.tensors.len()).sum();
    match &words[..] {
        [_, _, count, places @ ..] if usize::try_from(*count) == Ok(tensors) && places.len() >= tensors => {
            Ok(Some(places[..tensors].to_vec()))
        }
        _ => Err(Unknown::Damaged {
            place: format!("metadata \"{OFFLINE_PLAN}\""),
            problem: format!("it has no place for each of the {tensors} tensors"),
        }),
    }
}
