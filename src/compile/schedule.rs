//! When each tensor is alive, and therefore which bytes the memory plan has to place.
//!
//! Time is counted in steps: step 0 is the caller writing the inputs, then one step an op, and a last step for the
//! caller reading the outputs. An op that calls subgraphs has two steps for each call, one in front of the ops of the
//! subgraph, in which it writes the subgraph's inputs, and one behind them, in which it reads the outputs.
//!
//! What a loop runs is written out once, as in its first round. That is enough: its own operands live through all of
//! it, and the tensors of its subgraphs are written anew in each round, so at the start of a later round as much is
//! alive as at the start of the first.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use micro_runtime::arena::ElementType;

use super::error::{CompileError, Refusal};
use super::graph::{Graph, TensorId};
use super::memory_plan::{Buffer, Interval, Overlap};
use super::step::{Initial, Operand, Step};

/// A place in the arena that has no offset yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// The bytes of a tensor; of the first one where several are aliases.
    Tensor(TensorId),
    /// Working memory or state: step, index among its scratch operands.
    Scratch(usize, usize),
    /// A resource variable.
    Resource(String),
}

/// A step of the Program and where it came from.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// What runs.
    pub step: Step,
    /// The subgraph that the operator belongs to.
    pub subgraph: usize,
    /// Its index there.
    pub operator: usize,
}

/// Persistent bytes and what they start as.
#[derive(Clone, Debug)]
pub struct Persistent {
    /// Where.
    pub place: Place,
    /// Length in bytes.
    pub bytes: u32,
    /// What.
    pub initial: Initial,
}

/// What the memory plan has to place.
pub struct Schedule {
    /// The buffers, in the order of `places`.
    pub buffers: Vec<Buffer>,
    /// Whose bytes each buffer holds.
    pub places: Vec<Place>,
    /// The steps at which ops or the caller touch each buffer, ascending.
    pub touches: Vec<Vec<u32>>,
    /// Which of them may share bytes although both are alive.
    pub overlaps: Vec<Overlap>,
    /// The buffers that outlive an invocation.
    pub persistent: Vec<Persistent>,
    /// For each step of time, the index of the op that runs; none for the first and the last.
    pub timeline: Vec<Option<usize>>,
}

/// Which tensors are other names of which.
#[derive(Default)]
pub struct Aliases(HashMap<TensorId, TensorId>);

impl Aliases {
    /// Makes `output` another name of `input`.
    pub fn add(&mut self, input: TensorId, output: TensorId) {
        let root = self.root(input);
        self.0.insert(output, root);
    }

    /// The first name of a tensor.
    pub fn root(&self, mut tensor: TensorId) -> TensorId {
        while let Some(&input) = self.0.get(&tensor) {
            tensor = input;
        }
        tensor
    }
}

/// The most ops that one invocation may run when called subgraphs are written out.
const MAXIMUM_STEPS: usize = 200_000;

/// How deep calls may be nested: each level takes some of the chip's stack.
const MAXIMUM_DEPTH: usize = 16;

struct Walk<'a> {
    graph: &'a Graph<'a>,
    aliases: &'a Aliases,
    scheduled: &'a [Scheduled],
    ops_of: Vec<Vec<usize>>,
    timeline: Vec<Option<usize>>,
    /// The runs of each subgraph in time, ascending, from the writing of its inputs to the reading of its outputs.
    runs: Vec<Vec<Interval>>,
    lives: BTreeMap<Place, Life>,
    overlaps: Vec<(Place, Place, i64, u32)>,
    depth: usize,
}

struct Life {
    bytes: u32,
    alignment: u32,
    intervals: Vec<Interval>,
    /// What it starts as when it outlives the invocation.
    initial: Option<Initial>,
}

/// Finds out when everything is alive. Subgraph 0 is the one that an invocation runs.
pub fn schedule(graph: &Graph<'_>, aliases: &Aliases, scheduled: &[Scheduled]) -> Result<Schedule, CompileError> {
    let subgraphs = graph.model.subgraphs.len();
    let mut ops_of = vec![Vec::new(); subgraphs];
    for (index, op) in scheduled.iter().enumerate() {
        ops_of[op.subgraph].push(index);
    }
    let mut walk = Walk {
        graph,
        aliases,
        scheduled,
        ops_of,
        timeline: vec![None],
        runs: vec![Vec::new(); subgraphs],
        lives: BTreeMap::new(),
        overlaps: Vec::new(),
        depth: 0,
    };
    let main = &graph.model.subgraphs[0];
    let tensor = |index: usize| TensorId { subgraph: 0, index };
    for &input in &main.inputs {
        walk.touch_tensor(tensor(input), 0, 0);
    }
    walk.subgraph(0)?;
    let end = walk.timeline.len() as u32;
    walk.timeline.push(None);
    for &output in &main.outputs {
        walk.touch_tensor(tensor(output), end, end);
    }
    Ok(walk.finish(end))
}

impl Walk<'_> {
    /// Writes the ops of a subgraph out. The lifetime of each of its tensors is one interval for each time it runs.
    fn subgraph(&mut self, subgraph: usize) -> Result<(), CompileError> {
        self.depth += 1;
        if self.depth > MAXIMUM_DEPTH {
            return Err(CompileError::at(
                format!("subgraph {subgraph}"),
                Refusal::unsupported(
                    format!("its calls are nested more than {MAXIMUM_DEPTH} deep"),
                    "Write nested conditions and loops into fewer functions.",
                ),
            ));
        }
        for position in 0..self.ops_of[subgraph].len() {
            let op = self.ops_of[subgraph][position];
            let begin = self.timeline.len() as u32;
            if begin as usize > MAXIMUM_STEPS {
                return Err(CompileError::at(
                    format!("subgraph {subgraph}"),
                    Refusal::unsupported(
                        format!("its calls run more than {MAXIMUM_STEPS} ops when written out"),
                        "Call subgraphs from fewer places.",
                    ),
                ));
            }
            let scheduled = self.scheduled;
            let step = &scheduled[op].step;
            if step.calls.is_empty() {
                self.timeline.push(Some(op));
            }
            for &called in &step.calls {
                self.call(op, called)?;
            }
            let end = self.timeline.len() as u32 - 1;
            let scratch = step.scratch.iter().enumerate().map(|(index, operand)| (operand, Some(index)));
            let others = step.inputs.iter().chain(&step.outputs).map(|operand| (operand, None));
            for (operand, index) in others.chain(scratch) {
                if !self.belongs_to_call(operand, op) {
                    self.touch(operand, op, index, begin, end);
                }
            }
            for overlap in &step.overlaps {
                let place = |operand: Option<&Operand>| operand.and_then(|operand| self.place(operand, op, 0));
                if let (Some(input), Some(output)) =
                    (place(step.inputs.get(overlap.input)), place(step.outputs.get(overlap.output)))
                    && input != output
                {
                    // An operand that the op reads a second time without a rule for it must stay whole.
                    let covered = step.inputs.iter().enumerate().all(|(index, operand)| {
                        self.place(operand, op, 0).as_ref() != Some(&input)
                            || step.overlaps.iter().any(|other| (other.input, other.output) == (index, overlap.output))
                    });
                    if covered && step.calls.is_empty() {
                        self.overlaps.push((input, output, overlap.distance, begin));
                    }
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Writes one call of a subgraph by an op out.
    fn call(&mut self, op: usize, called: usize) -> Result<(), CompileError> {
        let source = &self.graph.model.subgraphs[called];
        let first = self.timeline.len() as u32;
        self.timeline.push(Some(op));
        for &index in &source.inputs {
            self.touch_tensor(TensorId { subgraph: called, index }, first, first);
        }
        self.subgraph(called)?;
        let last = self.timeline.len() as u32;
        self.timeline.push(Some(op));
        for &index in &source.outputs {
            self.touch_tensor(TensorId { subgraph: called, index }, last, last);
        }
        self.runs[called].push(Interval { first, last });
        Ok(())
    }

    /// What an op that calls subgraphs names as operands although the calls account for it.
    fn belongs_to_call(&self, operand: &Operand, op: usize) -> bool {
        let caller = self.scheduled[op].subgraph;
        matches!(operand, Operand::Tensor(tensor) if tensor.subgraph != caller)
    }

    fn place(&self, operand: &Operand, op: usize, index: usize) -> Option<Place> {
        match operand {
            Operand::Tensor(tensor) => {
                let root = self.aliases.root(*tensor);
                self.graph.tensor(root).data.is_none().then_some(Place::Tensor(root))
            }
            Operand::Scratch { .. } | Operand::State { .. } => Some(Place::Scratch(op, index)),
            Operand::Resource { name, .. } => Some(Place::Resource(name.clone())),
            Operand::Absent | Operand::Constant(_) => None,
        }
    }

    fn touch(&mut self, operand: &Operand, op: usize, index: Option<usize>, begin: u32, end: u32) {
        let Some(place) = self.place(operand, op, index.unwrap_or(0)) else { return };
        match operand {
            Operand::Tensor(tensor) => self.touch_tensor(*tensor, begin, end),
            Operand::Scratch { element_type, bytes } => self.extend(place, *bytes, *element_type, begin, end, None),
            Operand::State { element_type, bytes, initial }
            | Operand::Resource { element_type, bytes, initial, .. } => {
                self.extend(place, *bytes, *element_type, begin, end, Some(initial));
            }
            Operand::Absent | Operand::Constant(_) => {}
        }
    }

    fn touch_tensor(&mut self, tensor: TensorId, begin: u32, end: u32) {
        let root = self.aliases.root(tensor);
        let info = self.graph.tensor(root);
        if info.data.is_none()
            && let Some(element_type) = info.element_type
        {
            // TFLM clears variables to their zero point when they are int8, to zero otherwise.
            let zero_point = info.zero_points.first().copied().unwrap_or(0);
            let initial = Initial::Fill(if element_type == ElementType::Int8 { zero_point as u8 } else { 0 });
            let initial = info.is_variable.then_some(&initial);
            self.extend(Place::Tensor(root), info.bytes(), element_type, begin, end, initial);
        }
    }

    fn extend(
        &mut self,
        place: Place,
        bytes: u32,
        element_type: ElementType,
        begin: u32,
        end: u32,
        initial: Option<&Initial>,
    ) {
        let alignment = element_type.size().max(4) as u32;
        let life = self.lives.entry(place).or_insert_with(|| Life {
            bytes,
            alignment,
            intervals: Vec::new(),
            initial: initial.cloned(),
        });
        life.bytes = life.bytes.max(bytes);
        life.alignment = life.alignment.max(alignment);
        life.intervals.push(Interval { first: begin, last: end });
    }

    fn finish(mut self, end: u32) -> Schedule {
        let mut schedule = Schedule {
            buffers: Vec::new(),
            places: Vec::new(),
            touches: Vec::new(),
            overlaps: Vec::new(),
            persistent: Vec::new(),
            timeline: std::mem::take(&mut self.timeline),
        };
        let mut index_of = HashMap::new();
        for (place, mut life) in std::mem::take(&mut self.lives) {
            life.intervals.sort();
            let mut touches: Vec<u32> = life.intervals.iter().map(|interval| interval.first).collect();
            touches.dedup();
            schedule.touches.push(touches);
            let live = if let Some(initial) = life.initial {
                schedule.persistent.push(Persistent { place: place.clone(), bytes: life.bytes, initial });
                vec![Interval { first: 0, last: end }]
            } else {
                self.merged(&place, &life.intervals)
            };
            index_of.insert(place.clone(), schedule.buffers.len());
            schedule.buffers.push(Buffer { bytes: life.bytes, alignment: life.alignment, live });
            schedule.places.push(place);
        }
        for (input, output, distance, at) in &self.overlaps {
            let (input, output) = (index_of[input], index_of[output]);
            let (from, to) = (&schedule.buffers[input].live, &schedule.buffers[output].live);
            // Sharing is sound where the op is the input's last reader and the output's only writer so far.
            let dies = from.last().is_some_and(|interval| interval.last == *at);
            let born = to.first().is_some_and(|interval| interval.first == *at);
            if dies && born {
                schedule.overlaps.push(Overlap { input, output, distance: *distance });
            }
        }
        schedule
    }

    /// One interval from the first to the last touch in each run of the subgraph that the place belongs to: tensors hold
    /// nothing between two runs.
    fn merged(&self, place: &Place, touches: &[Interval]) -> Vec<Interval> {
        let subgraph = match place {
            Place::Tensor(TensorId { subgraph, .. }) => *subgraph,
            Place::Scratch(op, _) => self.scheduled[*op].subgraph,
            Place::Resource(_) => 0,
        };
        let run = |touch: &Interval| self.runs[subgraph].partition_point(|run| run.first <= touch.first);
        let mut merged: Vec<(usize, Interval)> = Vec::new();
        for touch in touches {
            match merged.last_mut() {
                Some((last_run, interval)) if *last_run == run(touch) || interval.last >= touch.first => {
                    interval.last = interval.last.max(touch.last);
                }
                _ => merged.push((run(touch), *touch)),
            }
        }
        merged.into_iter().map(|(_, interval)| interval).collect()
    }
}
