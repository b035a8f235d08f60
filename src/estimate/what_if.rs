//! What another model, or another kernel, would save of the arena.
//!
//! Nothing here is a rule of thumb: each change is made to the buffers that the memory plan was made for, and a plan is
//! made for what results. Where a change would let tensors overlap in ways that cannot be known without the changed
//! model, they are kept apart, so that what is said to be saved is saved at least.

use crate::compile::Compiled;
use crate::compile::memory_map::{MemoryMap, Owner};
use crate::compile::memory_plan::{Buffer, Interval, Overlap, Sharing, plan};
use crate::model::{BuiltinOperator, Model, TensorType};

/// A change, and the arena that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIf {
    /// What would be changed.
    pub change: Change,
    /// The arena then.
    pub arena_bytes: u32,
}

/// What could be changed. Buffers are indices into [`MemoryMap::buffers`], ops are those of the Program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Every float32 tensor becomes int8.
    Int8Tensors,
    /// Inputs and outputs that are float32 around an int8 body become int8.
    Int8Interface,
    /// Inputs come one at a time instead of so many.
    BatchOfOne(u32),
    /// This tensor is not kept beyond the first op that reads it, for this later op.
    NoSkip {
        /// The tensor.
        buffer: usize,
        /// The last op that reads it.
        reader: u32,
    },
    /// This op writes its output over its input.
    InPlace(u32),
    /// This op, a padding, becomes part of the window op behind it.
    NoPad(u32),
    /// This tensor has half the bytes.
    Half(usize),
}

/// The most changes that are tried, so that time stays bounded.
const MOST_CHANGES: usize = 16;

/// Changes that make the arena smaller, the largest saving first.
pub fn what_if(model: &Model<'_>, compiled: &Compiled) -> Vec<WhatIf> {
    let trial = Trial { model, compiled, map: &compiled.memory };
    let mut found: Vec<WhatIf> = trial
        .changes()
        .into_iter()
        .take(MOST_CHANGES)
        .filter_map(|change| {
            let (buffers, overlaps) = trial.with(change)?;
            let arena_bytes = plan(&buffers, &overlaps, Sharing::On).ok()?.arena_bytes;
            (arena_bytes < compiled.arena_bytes).then_some(WhatIf { change, arena_bytes })
        })
        .collect();
    found.sort_by_key(|what_if| what_if.arena_bytes);
    found
}

struct Trial<'a> {
    model: &'a Model<'a>,
    compiled: &'a Compiled,
    map: &'a MemoryMap,
}

impl Trial<'_> {
    /// What is worth trying: changes to the whole model, then those to what is alive at the peak.
    fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        let main = &self.model.subgraphs[0];
        if (0..self.map.buffers.len()).any(|buffer| self.is_float(buffer)) {
            changes.push(if self.has_int8_body() { Change::Int8Interface } else { Change::Int8Tensors });
        }
        let batch = main.inputs.iter().map(|&input| main.tensors[input].shape.first().copied().unwrap_or(1));
        if let (Some(least), Some(most)) = (batch.clone().min(), batch.max())
            && least == most
            && most > 1
        {
            changes.push(Change::BatchOfOne(most as u32));
        }
        let Some((peak, _)) = self.map.peak() else { return changes };
        for buffer in self.map.alive(peak) {
            let touches = &self.map.buffers[buffer].touches;
            if self.is_tensor(buffer)
                && let [_, first_reader, .., last] = touches[..]
                && last > first_reader
                && let Some(reader) = self.map.steps[last as usize]
            {
                changes.push(Change::NoSkip { buffer, reader });
            }
        }
        let op = self.map.steps[peak as usize];
        changes.extend(op.map(Change::InPlace));
        changes.extend((0..self.compiled.ops.len() as u32).filter(|&op| self.is_padding(op)).map(Change::NoPad));
        changes.extend(self.map.alive(peak).filter(|&buffer| self.is_tensor(buffer)).map(Change::Half));
        changes
    }

    /// The buffers and overlaps after a change; none when it cannot be made.
    fn with(&self, change: Change) -> Option<(Vec<Buffer>, Vec<Overlap>)> {
        let (mut buffers, mut overlaps) = (self.map.unplaced(), self.map.overlaps.clone());
        match change {
            Change::Int8Tensors => {
                let scale = |bytes: u32| bytes.div_ceil(4);
                for buffer in (0..buffers.len()).filter(|&buffer| self.is_float(buffer)) {
                    buffers[buffer].bytes = scale(buffers[buffer].bytes);
                }
                for overlap in &mut overlaps {
                    if self.is_float(overlap.input) && self.is_float(overlap.output) {
                        overlap.distance = (overlap.distance + 3).div_euclid(4);
                    }
                }
            }
            Change::Int8Interface => {
                // A conversion at the edge goes away: its int8 side takes the place of the float32 side.
                let last = self.map.steps.len() as u32 - 1;
                for overlap in self.conversions() {
                    let (input, output) = overlap;
                    if self.is_float(input) && buffers[input].live.first()?.first == 0 {
                        buffers[output].live.first_mut()?.first = 0;
                        buffers[input].bytes = 0;
                    } else if self.is_float(output) && buffers[output].live.last()?.last == last {
                        buffers[input].live.last_mut()?.last = last;
                        buffers[output].bytes = 0;
                    }
                }
                overlaps.retain(|overlap| meets(&buffers, overlap));
            }
            Change::BatchOfOne(batch) => {
                for (index, buffer) in buffers.iter_mut().enumerate() {
                    if self.shape(index).is_some_and(|shape| shape.first() == Some(&(batch as usize))) {
                        buffer.bytes /= batch;
                    }
                }
            }
            Change::NoSkip { buffer, .. } => {
                let touches = &self.map.buffers[buffer].touches;
                buffers[buffer].live = vec![Interval { first: touches[0], last: touches[1] }];
                overlaps.retain(|overlap| meets(&buffers, overlap));
            }
            Change::InPlace(op) => {
                let step = self.map.steps.iter().position(|&other| other == Some(op))? as u32;
                let (input, output) = self.handed_over(step)?;
                let mut is_known = false;
                for overlap in overlaps.iter_mut().filter(|overlap| (overlap.input, overlap.output) == (input, output))
                {
                    overlap.distance = overlap.distance.min(0);
                    is_known = true;
                }
                if !is_known {
                    overlaps.push(Overlap { input, output, distance: 0 });
                }
            }
            Change::NoPad(op) => {
                let step = self.map.steps.iter().position(|&other| other == Some(op))? as u32;
                let (input, output) = self.handed_over(step)?;
                buffers[input].live.last_mut()?.last = buffers[output].live.last()?.last;
                buffers[output].bytes = 0;
                overlaps.retain(|overlap| meets(&buffers, overlap));
            }
            Change::Half(buffer) => {
                buffers[buffer].bytes = buffers[buffer].bytes.div_ceil(2);
                overlaps.retain(|overlap| overlap.input != buffer && overlap.output != buffer);
            }
        }
        Some((buffers, overlaps))
    }

    fn is_tensor(&self, buffer: usize) -> bool {
        matches!(self.map.buffers[buffer].owner, Owner::Tensor(_))
    }

    fn tensor(&self, buffer: usize) -> Option<&crate::model::Tensor<'_>> {
        match self.map.buffers[buffer].owner {
            Owner::Tensor(id) => Some(&self.model.subgraphs[id.subgraph].tensors[id.index]),
            _ => None,
        }
    }

    fn shape(&self, buffer: usize) -> Option<&[usize]> {
        Some(&self.tensor(buffer)?.shape)
    }

    fn is_float(&self, buffer: usize) -> bool {
        self.tensor(buffer).is_some_and(|tensor| tensor.tensor_type == TensorType::FLOAT32)
    }

    /// Whether the model computes with int8 and only its edges are float32.
    fn has_int8_body(&self) -> bool {
        !self.conversions().is_empty()
    }

    /// The buffers that QUANTIZE and DEQUANTIZE read and write.
    fn conversions(&self) -> Vec<(usize, usize)> {
        let is_conversion = |op: u32| {
            let op = &self.compiled.ops[op as usize];
            let operator = &self.model.subgraphs[op.subgraph].operators[op.operator];
            matches!(self.model.code_of(operator).builtin, BuiltinOperator::QUANTIZE | BuiltinOperator::DEQUANTIZE)
        };
        let steps = self.map.steps.iter().enumerate().filter(|(_, op)| op.is_some_and(is_conversion));
        steps.filter_map(|(step, _)| self.handed_over(step as u32)).collect()
    }

    /// The tensor that dies and the one that is born at a step, when there is one of each; the largest of those that die.
    fn handed_over(&self, step: u32) -> Option<(usize, usize)> {
        let of = |is_it: &dyn Fn(&[Interval]) -> bool| {
            let tensors = self.map.alive(step).filter(|&buffer| self.is_tensor(buffer));
            tensors
                .filter(|&buffer| is_it(&self.map.buffers[buffer].live))
                .max_by_key(|&buffer| (self.map.buffers[buffer].bytes, std::cmp::Reverse(buffer)))
        };
        let input = of(&|live| live.last().is_some_and(|interval| interval.last == step && interval.first < step))?;
        let output = of(&|live| live.first().is_some_and(|interval| interval.first == step && interval.last > step))?;
        Some((input, output))
    }

    /// Whether an op pads what only a window op reads.
    fn is_padding(&self, op: u32) -> bool {
        let op = &self.compiled.ops[op as usize];
        let graph = &self.model.subgraphs[op.subgraph];
        let builtin = |operator: usize| self.model.code_of(&graph.operators[operator]).builtin;
        if !matches!(builtin(op.operator), BuiltinOperator::PAD | BuiltinOperator::PADV2) {
            return false;
        }
        let output = graph.operators[op.operator].outputs.first().copied();
        let mut readers = (0..graph.operators.len()).filter(|&other| graph.operators[other].inputs.contains(&output));
        let only = readers.next().filter(|_| readers.next().is_none());
        only.is_some_and(|reader| {
            matches!(builtin(reader), BuiltinOperator::CONV_2D | BuiltinOperator::DEPTHWISE_CONV_2D)
        }) && output.is_some_and(|output| !graph.outputs.contains(&output))
    }
}

/// Whether the two of an overlap still meet where one dies and the other is born.
fn meets(buffers: &[Buffer], overlap: &Overlap) -> bool {
    let (input, output) = (&buffers[overlap.input], &buffers[overlap.output]);
    match (input.live.last(), output.live.first()) {
        (Some(dies), Some(born)) => input.bytes > 0 && output.bytes > 0 && dies.last == born.first,
        _ => false,
    }
}
