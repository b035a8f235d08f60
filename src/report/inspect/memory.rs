//! The arena: how large, why, what lies where, and what would make it smaller.

use serde::Serialize;

use super::TflmReport;
use crate::compile::memory_map::Owner;
use crate::compile::{Compiled, CompiledOp};
use crate::estimate::what_if::{Change, WhatIf, what_if};
use crate::model::Model;

/// The arena of the Program.
#[derive(Clone, Debug, Serialize)]
pub struct MemoryReport {
    /// Arena that running takes: tensors, scratch and state.
    pub arena_bytes: u64,
    /// No placement that shares bytes takes less.
    pub lower_bound_bytes: u64,
    /// What one buffer after another would take.
    pub unshared_bytes: u64,
    /// Whether it is proven that no placement takes less.
    pub is_optimal: bool,
    /// The placement strategy that won.
    pub strategy: &'static str,
    /// When most bytes hold something.
    pub peak: Option<PeakReport>,
    /// Changes that would make the arena smaller, the largest saving first. Each was planned anew.
    pub what_if: Vec<WhatIfReport>,
    /// For each step of time, the op of the Program that runs; none where the caller writes inputs or reads outputs.
    pub steps: Vec<Option<u32>>,
    /// Everything in the arena.
    pub buffers: Vec<BufferReport>,
    /// The arena that TensorFlow Lite Micro would take.
    pub tflm: TflmReport,
}

/// The step at which most bytes hold something.
#[derive(Clone, Debug, Serialize)]
pub struct PeakReport {
    /// The step.
    pub step: u32,
    /// The op of the Program that runs then.
    pub op: Option<u32>,
    /// The subgraph of its operator.
    pub subgraph: Option<usize>,
    /// The index of its operator there.
    pub operator: Option<usize>,
    /// The name of its operator.
    pub name: Option<String>,
    /// How many bytes hold something; shared bytes count once.
    pub live_bytes: u64,
    /// Bytes that two of those alive share, because the op allows it.
    pub overlap_bytes: u64,
    /// What is alive then, as indices of `buffers`, the largest first.
    pub alive: Vec<usize>,
    /// How many other steps need just as many bytes.
    pub equal_steps: u64,
}

/// Some bytes of the arena.
#[derive(Clone, Debug, Serialize)]
pub struct BufferReport {
    /// `tensor`, `scratch`, `state` or `resource`.
    pub kind: &'static str,
    /// The subgraph of the tensor or of the op.
    pub subgraph: Option<usize>,
    /// The tensor.
    pub tensor: Option<usize>,
    /// The op of the Program whose scratch or state it is.
    pub op: Option<u32>,
    /// The name of the tensor, of the resource, or of the kernel.
    pub name: String,
    /// Where it starts in the arena.
    pub offset: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// The steps at which it holds something: first and last.
    pub live: Vec<[u32; 2]>,
}

/// A change that would make the arena smaller.
#[derive(Clone, Debug, Serialize)]
pub struct WhatIfReport {
    /// What would be changed.
    pub change: String,
    /// The arena then.
    pub arena_bytes: u64,
    /// How much smaller that is.
    pub saved_bytes: u64,
}

impl MemoryReport {
    pub(super) fn new(model: &Model<'_>, compiled: &Compiled) -> MemoryReport {
        let map = &compiled.memory;
        let buffers: Vec<BufferReport> =
            (0..map.buffers.len()).map(|buffer| report_of(model, compiled, buffer)).collect();
        let what_if = what_if(model, compiled);
        MemoryReport {
            arena_bytes: compiled.arena_bytes.into(),
            lower_bound_bytes: compiled.lower_bound_bytes.into(),
            unshared_bytes: map.unshared_bytes.into(),
            is_optimal: map.is_optimal,
            strategy: compiled.strategy,
            peak: peak(model, compiled, &buffers),
            what_if: what_if.iter().map(|what_if| WhatIfReport::new(model, compiled, &buffers, what_if)).collect(),
            steps: map.steps.clone(),
            buffers,
            tflm: TflmReport::new(model),
        }
    }
}

fn report_of(model: &Model<'_>, compiled: &Compiled, index: usize) -> BufferReport {
    let buffer = &compiled.memory.buffers[index];
    let of_op = |op: u32| (Some(compiled.ops[op as usize].subgraph), compiled.ops[op as usize].kernel.to_string());
    let (kind, (subgraph, name), tensor, op) = match &buffer.owner {
        Owner::Tensor(id) => {
            let name = model.subgraphs[id.subgraph].tensors[id.index].name.clone();
            ("tensor", (Some(id.subgraph), name), Some(id.index), None)
        }
        Owner::Scratch(op) => ("scratch", of_op(*op), None, Some(*op)),
        Owner::State(op) => ("state", of_op(*op), None, Some(*op)),
        Owner::Resource(name) => ("resource", (None, name.clone()), None, None),
    };
    BufferReport {
        kind,
        subgraph,
        tensor,
        op,
        name,
        offset: buffer.offset.into(),
        bytes: buffer.bytes.into(),
        live: buffer.live.iter().map(|interval| [interval.first, interval.last]).collect(),
    }
}

fn peak(model: &Model<'_>, compiled: &Compiled, buffers: &[BufferReport]) -> Option<PeakReport> {
    let map = &compiled.memory;
    let (step, bytes) = map.peak().filter(|&(_, bytes)| bytes > 0)?;
    let op = map.steps[step as usize];
    let compiled_op = op.map(|op| &compiled.ops[op as usize]);
    let mut alive: Vec<usize> = map.alive(step).collect();
    alive.sort_by_key(|&index| (std::cmp::Reverse(buffers[index].bytes), index));
    let sum: u64 = alive.iter().map(|&index| buffers[index].bytes).sum();
    Some(PeakReport {
        step,
        op,
        subgraph: compiled_op.map(|op| op.subgraph),
        operator: compiled_op.map(|op| op.operator),
        name: op.map(|op| operator_name(model, compiled, op)),
        live_bytes: bytes.into(),
        overlap_bytes: sum - u64::from(bytes),
        alive,
        equal_steps: map.live_bytes().iter().filter(|&&other| other == bytes).count() as u64 - 1,
    })
}

fn operator_name(model: &Model<'_>, compiled: &Compiled, op: u32) -> String {
    let op = &compiled.ops[op as usize];
    model.code_of(&model.subgraphs[op.subgraph].operators[op.operator]).name()
}

impl BufferReport {
    /// `tensor 4 "conv/out"`, `scratch of CONV_2D int8`.
    pub(super) fn title(&self) -> String {
        match (self.kind, self.tensor) {
            ("tensor", Some(tensor)) => match (self.subgraph, self.name.as_str()) {
                (Some(0) | None, "") => format!("tensor {tensor}"),
                (Some(0) | None, name) => format!("tensor {tensor} \"{name}\""),
                (Some(subgraph), "") => format!("tensor {subgraph}:{tensor}"),
                (Some(subgraph), name) => format!("tensor {subgraph}:{tensor} \"{name}\""),
            },
            ("resource", _) => format!("variable \"{}\"", self.name),
            (kind, _) => format!("{kind} of {}", self.name),
        }
    }
}

impl WhatIfReport {
    fn new(model: &Model<'_>, compiled: &Compiled, buffers: &[BufferReport], what_if: &WhatIf) -> WhatIfReport {
        let operator = |op: u32| {
            let CompiledOp { subgraph, operator, .. } = &compiled.ops[op as usize];
            let name = operator_name(model, compiled, op);
            if *subgraph == 0 { format!("op {operator} {name}") } else { format!("op {subgraph}:{operator} {name}") }
        };
        let change = match what_if.change {
            Change::Int8Tensors => "int8 instead of float32 tensors".to_string(),
            Change::Int8Interface => "int8 instead of float32 inputs and outputs".to_string(),
            Change::BatchOfOne(batch) => format!("inputs one at a time instead of {batch}"),
            Change::NoSkip { buffer, reader } => {
                format!("no skip to {}, {}", operator(reader), buffers[buffer].title())
            }
            Change::InPlace(op) => format!("{} writing over its input", operator(op)),
            Change::NoPad(op) => format!("{} replaced by padding of the op behind it", operator(op)),
            Change::Half(buffer) => format!("half of {}", buffers[buffer].title()),
        };
        WhatIfReport {
            change,
            arena_bytes: what_if.arena_bytes.into(),
            saved_bytes: (compiled.arena_bytes - what_if.arena_bytes).into(),
        }
    }
}
