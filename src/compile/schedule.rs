//! When each tensor is alive, and therefore which bytes the memory plan has to place.
//!
//! Time is counted in steps: step 0 is the caller writing the inputs, then one step an op, the ops of a called
//! subgraph behind the op that calls it, and a last step for the caller reading the outputs.

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

struct Walk<'a> {
    graph: &'a Graph<'a>,
    aliases: &'a Aliases,
    scheduled: &'a [Scheduled],
    ops_of: Vec<Vec<usize>>,
    timeline: Vec<Option<usize>>,
    lives: BTreeMap<Place, Life>,
    overlaps: Vec<(Place, Place, i64, u32)>,
    depth: usize,
}

struct Life {
    bytes: u32,
    alignment: u32,
    intervals: Vec<Interval>,
    forever: bool,
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
        if self.depth > self.graph.model.subgraphs.len() {
            return Err(CompileError::at(
                format!("subgraph {subgraph}"),
                Refusal::unsupported(
                    "it calls itself, directly or through others",
                    "Recursion needs unbounded memory; write it as a WHILE loop.",
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
            self.timeline.push(Some(op));
            let scheduled = self.scheduled;
            let step = &scheduled[op].step;
            for &called in &step.calls {
                self.subgraph(called)?;
            }
            let end = self.timeline.len() as u32 - 1;
            if !step.calls.is_empty() {
                // What a called subgraph takes and gives is written and read by the op that calls it, before and
                // after its ops and between rounds.
                for &called in &step.calls {
                    let source = &self.graph.model.subgraphs[called];
                    for &index in source.inputs.iter().chain(&source.outputs) {
                        self.touch_tensor(TensorId { subgraph: called, index }, begin, end);
                    }
                }
            }
            let scratch = step.scratch.iter().enumerate().map(|(index, operand)| (operand, Some(index)));
            let others = step.inputs.iter().chain(&step.outputs).map(|operand| (operand, None));
            for (operand, index) in others.chain(scratch) {
                self.touch(operand, op, index, begin, end);
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
            Operand::Scratch { element_type, bytes } => {
                self.extend(place, *bytes, *element_type, begin, end, false);
            }
            Operand::State { element_type, bytes, .. } | Operand::Resource { element_type, bytes, .. } => {
                self.extend(place, *bytes, *element_type, begin, end, true);
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
            self.extend(Place::Tensor(root), info.bytes(), element_type, begin, end, info.is_variable);
        }
    }

    fn extend(&mut self, place: Place, bytes: u32, element_type: ElementType, begin: u32, end: u32, forever: bool) {
        let alignment = element_type.size().max(4) as u32;
        let life = self.lives.entry(place).or_insert_with(|| Life { bytes, alignment, intervals: Vec::new(), forever });
        life.bytes = life.bytes.max(bytes);
        life.alignment = life.alignment.max(alignment);
        life.forever |= forever;
        life.intervals.push(Interval { first: begin, last: end });
    }

    fn finish(mut self, end: u32) -> Schedule {
        let spans = self.call_spans();
        let mut schedule = Schedule {
            buffers: Vec::new(),
            places: Vec::new(),
            overlaps: Vec::new(),
            persistent: Vec::new(),
            timeline: std::mem::take(&mut self.timeline),
        };
        let mut index_of = HashMap::new();
        for (place, mut life) in std::mem::take(&mut self.lives) {
            let live = if life.forever {
                vec![Interval { first: 0, last: end }]
            } else {
                life.intervals.sort();
                self.merged(&place, &life.intervals, &spans)
            };
            if life.forever {
                let initial = self.initial(&place);
                schedule.persistent.push(Persistent { place: place.clone(), bytes: life.bytes, initial });
            }
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

    /// The runs of a subgraph in time, for each subgraph: its tensors hold nothing between two of them.
    fn call_spans(&self) -> Vec<Vec<Interval>> {
        let mut spans = vec![Vec::new(); self.ops_of.len()];
        for (subgraph, ops) in self.ops_of.iter().enumerate() {
            let Some(&first) = ops.first() else { continue };
            for (time, op) in self.timeline.iter().enumerate() {
                if *op == Some(first) {
                    spans[subgraph].push(time as u32);
                }
            }
        }
        spans
            .into_iter()
            .map(|starts: Vec<u32>| {
                let ends = starts.iter().skip(1).map(|&next| next - 1).chain([u32::MAX]);
                starts.iter().zip(ends).map(|(&first, last)| Interval { first, last }).collect()
            })
            .collect()
    }

    /// One interval from the first to the last touch in each run of the subgraph that the place belongs to.
    fn merged(&self, place: &Place, touches: &[Interval], spans: &[Vec<Interval>]) -> Vec<Interval> {
        let spans: &[Interval] = match place {
            Place::Tensor(TensorId { subgraph, .. }) if *subgraph > 0 => &spans[*subgraph],
            _ => &[],
        };
        let round = |touch: &Interval| spans.iter().rposition(|span| span.first <= touch.last);
        let mut merged: Vec<(Option<usize>, Interval)> = Vec::new();
        for touch in touches {
            match merged.last_mut() {
                Some((last_round, interval)) if *last_round == round(touch) || interval.last >= touch.first => {
                    interval.last = interval.last.max(touch.last);
                }
                _ => merged.push((round(touch), *touch)),
            }
        }
        merged.into_iter().map(|(_, interval)| interval).collect()
    }

    fn initial(&self, place: &Place) -> Initial {
        match place {
            Place::Tensor(tensor) => {
                // TFLM clears variables to their zero point when they are int8, to zero otherwise.
                let info = self.graph.tensor(*tensor);
                let zero_point = info.zero_points.first().copied().unwrap_or(0);
                Initial::Fill(if info.element_type == Some(ElementType::Int8) { zero_point as u8 } else { 0 })
            }
            Place::Scratch(op, index) => match &self.scheduled[*op].step.scratch[*index] {
                Operand::State { initial, .. } => initial.clone(),
                _ => Initial::Fill(0),
            },
            Place::Resource(_) => Initial::Fill(0),
        }
    }
}
