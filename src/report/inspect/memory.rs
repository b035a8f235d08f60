//! The arena: how large, why, and what lies where.

use serde::Serialize;

use crate::compile::Compiled;
use crate::compile::memory_map::Owner;
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
    /// For each step of time, the op of the Program that runs; none where the caller writes inputs or reads outputs.
    pub steps: Vec<Option<u32>>,
    /// Everything in the arena.
    pub buffers: Vec<BufferReport>,
    /// The arena that TensorFlow Lite Micro would take.
    pub tflm: Option<TflmReport>,
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
    /// How many bytes hold something; shared bytes count once.
    pub live_bytes: u64,
    /// What is alive then, as indices of `buffers`, the largest first.
    pub alive: Vec<usize>,
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

/// The arena that TensorFlow Lite Micro reports on a 32-bit target.
#[derive(Clone, Debug, Serialize)]
pub struct TflmReport {
    /// With its reference kernels.
    pub reference_bytes: u64,
    /// With CMSIS-NN.
    pub cmsis_nn_bytes: u64,
}

impl MemoryReport {
    pub(super) fn new(model: &Model<'_>, compiled: &Compiled) -> MemoryReport {
        let map = &compiled.memory;
        let buffers: Vec<BufferReport> = map
            .buffers
            .iter()
            .map(|buffer| {
                let of_op = |op: u32| (Some(compiled.ops[op as usize].subgraph), compiled.ops[op as usize].kernel);
                let (kind, (subgraph, name), tensor, op) = match &buffer.owner {
                    Owner::Tensor(id) => {
                        let name = model.subgraphs[id.subgraph].tensors[id.index].name.clone();
                        ("tensor", (Some(id.subgraph), name), Some(id.index), None)
                    }
                    Owner::Scratch(op) => ("scratch", named(of_op(*op)), None, Some(*op)),
                    Owner::State(op) => ("state", named(of_op(*op)), None, Some(*op)),
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
            })
            .collect();
        let peak = map.peak().filter(|&(_, bytes)| bytes > 0).map(|(step, bytes)| {
            let op = map.steps[step as usize];
            let mut alive: Vec<usize> = map.alive(step).collect();
            alive.sort_by_key(|&index| (std::cmp::Reverse(buffers[index].bytes), index));
            PeakReport {
                step,
                op,
                subgraph: op.map(|op| compiled.ops[op as usize].subgraph),
                operator: op.map(|op| compiled.ops[op as usize].operator),
                live_bytes: bytes.into(),
                alive,
            }
        });
        MemoryReport {
            arena_bytes: compiled.arena_bytes.into(),
            lower_bound_bytes: compiled.lower_bound_bytes.into(),
            unshared_bytes: map.unshared_bytes.into(),
            is_optimal: map.is_optimal,
            strategy: compiled.strategy,
            peak,
            steps: map.steps.clone(),
            buffers,
            tflm: None,
        }
    }
}

fn named((subgraph, kernel): (Option<usize>, &'static str)) -> (Option<usize>, String) {
    (subgraph, kernel.to_string())
}
