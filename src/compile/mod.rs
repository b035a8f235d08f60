//! Model to Program: lowering, folding, the memory plan, and the bytes.
//!
//! Everything that can be decided before power-on is decided here. Every rewrite keeps every output bit.

mod emit;
pub mod error;
pub mod graph;
pub mod lower;
pub mod memory_map;
pub mod memory_plan;
mod passes;
mod resources;
mod schedule;
pub mod source;
pub mod step;

use std::collections::HashMap;

use micro_runtime::arena::ElementType;
use micro_runtime::kernels;
use micro_runtime::program::record::{ListeningRecord, OperandRecord};
use micro_runtime::program::{KernelSet, MAXIMUM_SUBGRAPHS, Program};
use sha2::{Digest, Sha256};

use crate::aligned::AlignedBytes;
use crate::model::{Model, nearest};
pub use emit::ProgramSizes;
use emit::{Extras, Parts, emit};
use error::{CompileError, Refusal};
use graph::{Graph, TensorId};
use lower::Node;
use memory_map::MemoryMap;
use memory_plan::Sharing;
use schedule::{Aliases, Place, Scheduled, schedule};
use step::{Lowered, Operand};

/// What a model is compiled for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The kernels that will run it.
    pub kernel_set: KernelSet,
    /// Whether every tensor keeps bytes of its own until the end of the invocation.
    pub keep_all_tensors: bool,
    /// The labels of the first output; empty when there are none.
    pub labels: Vec<String>,
    /// How to listen with the model; for models that take sound.
    pub listening: Option<ListeningRecord>,
}

/// A compiled model.
pub struct Compiled {
    /// The bytes of the Program, which [`Program::parse`] accepts.
    pub bytes: AlignedBytes,
    /// The arena that running takes.
    pub arena_bytes: u32,
    /// No placement that shares bytes takes less.
    pub lower_bound_bytes: u32,
    /// The placement strategy that won.
    pub strategy: &'static str,
    /// Index of the op at which the most bytes are alive.
    pub peak_op: Option<u32>,
    /// The ops of the Program, in its order.
    pub ops: Vec<CompiledOp>,
    /// The tensors that ops of the first subgraph write.
    pub written: Vec<WrittenTensor>,
    /// What the bytes of the Program are for.
    pub sizes: ProgramSizes,
    /// What lies where in the arena, and when.
    pub memory: MemoryMap,
    /// What became of each operator of each subgraph.
    pub fates: Vec<Vec<Fate>>,
}

/// What became of an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// These kernels run it, in this order.
    Kernels(Vec<&'static str>),
    /// Nothing runs: the output is the input under another shape, in the same bytes.
    Alias,
    /// Nothing runs: its outputs are constants that the compiler computed.
    Folded,
    /// Nothing runs: what it yields is known to the compiler alone.
    Nothing,
}

/// Where an op of the Program came from.
#[derive(Clone, Debug)]
pub struct CompiledOp {
    /// The subgraph of the operator.
    pub subgraph: usize,
    /// Its index there.
    pub operator: usize,
    /// The kernel that runs it.
    pub kernel: &'static str,
}

/// A tensor that an op writes, and where it lies then.
#[derive(Clone, Debug)]
pub struct WrittenTensor {
    /// Index of the tensor in the first subgraph.
    pub tensor: usize,
    /// Its name.
    pub name: String,
    /// What it holds.
    pub element_type: ElementType,
    /// Extents, outermost first.
    pub shape: Vec<u32>,
    /// Index of the op of the Program after which it holds its value; `None` when it is constant.
    pub op: Option<u32>,
    /// Where it lies.
    pub operand: OperandRecord,
}

impl Compiled {
    /// The checked Program.
    pub fn program(&self) -> Program<'_> {
        Program::parse(&self.bytes, kernels::all).expect("compile checked the Program that it made")
    }
}

/// The SHA-256 of a model's file.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Where an operator stands, for messages: `operator 3 (CONV_2D)`.
pub(crate) fn place(model: &Model<'_>, subgraph: usize, operator: usize) -> String {
    let code = model.subgraphs[subgraph].operators[operator].code;
    let name = model.operator_codes[code].name();
    match subgraph {
        0 => format!("operator {operator} ({name})"),
        _ => format!("subgraph {subgraph}, operator {operator} ({name})"),
    }
}

/// Compiles a model. The same model and options give the same bytes, on every machine.
///
/// Fails on operators, types and shapes that have no kernel, and on models that contradict themselves.
pub fn compile(model: &Model<'_>, options: &Options) -> Result<Compiled, CompileError> {
    if model.subgraphs.is_empty() {
        let refusal = Refusal::new("it has no subgraph", "Convert the model again.");
        return Err(CompileError::at("model", refusal));
    }
    let mut graph = Graph::new(model)?;
    check_interface(&graph)?;
    let mut aliases = Aliases::default();
    let mut scheduled = Vec::new();
    let mut fates = Vec::with_capacity(model.subgraphs.len());
    for (subgraph, source) in model.subgraphs.iter().enumerate() {
        let lower = |operator| lower_operator(&mut graph, &mut aliases, &mut scheduled, (subgraph, operator), options);
        fates.push((0..source.operators.len()).map(lower).collect::<Result<Vec<Fate>, CompileError>>()?);
    }
    let reachable = callers_first(&scheduled, model.subgraphs.len())?;
    scheduled.retain(|op| reachable.contains(&op.subgraph));

    let plan_error = |problem: String| {
        CompileError::at(
            "memory plan",
            Refusal::unsupported(problem, "Make the largest tensors smaller: lower the input resolution or depth."),
        )
    };
    let sharing = if options.keep_all_tensors { Sharing::Off } else { Sharing::On };
    let planned = |scheduled: Vec<Scheduled>| {
        let schedule = schedule(&graph, &aliases, &scheduled)?;
        let plan = memory_plan::plan(&schedule.buffers, &schedule.overlaps, sharing)
            .map_err(|error| plan_error(error.to_string()))?;
        Ok((scheduled, schedule, plan))
    };
    let rings = if options.keep_all_tensors { None } else { passes::ring::with_rings(&scheduled) };
    let mut best = planned(scheduled)?;
    if let Some(rings) = rings {
        let other = planned(rings)?;
        if other.2.arena_bytes < best.2.arena_bytes {
            best = other;
        }
    }
    let (scheduled, schedule, plan) = best;
    let offsets: HashMap<Place, u32> = schedule.places.iter().cloned().zip(plan.offsets.iter().copied()).collect();
    let ids = |tensors: &[usize]| tensors.iter().map(|&index| TensorId { subgraph: 0, index }).collect::<Vec<_>>();
    let parts = Parts {
        graph: &graph,
        aliases: &aliases,
        scheduled: &scheduled,
        subgraphs: &reachable,
        offsets: &offsets,
        persistent: &schedule.persistent,
        arena_bytes: plan.arena_bytes,
        inputs: &ids(&model.subgraphs[0].inputs),
        outputs: &ids(&model.subgraphs[0].outputs),
    };
    let extras = Extras {
        source_digest: digest(model.bytes),
        labels: options.labels.clone(),
        listening: options.listening,
        kernel_set: options.kernel_set,
    };
    let emitted = emit(&parts, &extras);
    let bytes = AlignedBytes::from(emitted.bytes.as_slice());
    let program = Program::parse(&bytes, kernels::all).map_err(|error| {
        CompileError::at(
            "Program",
            Refusal::new(error.to_string(), "This model shows a fault of tinyml itself; please report it."),
        )
    })?;
    let ops = program_order(&scheduled, &reachable);
    let written = written_tensors(&graph, &aliases, &scheduled, &ops, &program);
    let peak_op = schedule.timeline.get(plan.peak_step as usize).copied().flatten();
    let position = |op: usize| ops.iter().position(|&other| other == op).map(|position| position as u32);
    Ok(Compiled {
        arena_bytes: plan.arena_bytes,
        lower_bound_bytes: plan.lower_bound_bytes,
        strategy: plan.strategy,
        peak_op: peak_op.and_then(position),
        ops: ops
            .iter()
            .map(|&op| CompiledOp {
                subgraph: scheduled[op].subgraph,
                operator: scheduled[op].operator,
                kernel: scheduled[op].step.kernel_name,
            })
            .collect(),
        written,
        memory: MemoryMap::new(&schedule, &plan, &scheduled, &ops),
        sizes: emitted.sizes,
        fates,
        bytes,
    })
}

/// Requires the model's inputs and outputs to be of types that kernels know, and its inputs to be no constants.
fn check_interface(graph: &Graph<'_>) -> Result<(), CompileError> {
    let main = &graph.model.subgraphs[0];
    for (role, tensors) in [("model input", &main.inputs), ("model output", &main.outputs)] {
        for (position, &index) in tensors.iter().enumerate() {
            let tensor = graph.tensor(TensorId { subgraph: 0, index });
            let place = || format!("{role} {position} \"{}\"", tensor.name);
            if tensor.element_type.is_none() {
                let problem = format!("its type {:?} cannot be given to a microcontroller", tensor.model_type);
                let help = "Convert the model with int8 or float32 inputs and outputs.";
                return Err(CompileError::at(place(), Refusal::unsupported(problem, help)));
            }
            if role == "model input" && tensor.data.is_some() {
                let refusal = Refusal::new("it is a constant", "Convert the model again; an input has no data.");
                return Err(CompileError::at(place(), refusal));
            }
        }
    }
    Ok(())
}

/// What would become of each operator of each subgraph, whether or not the model as a whole can be compiled. An operator
/// that needs as a constant what one without a kernel should yield is refused too.
///
/// Fails when the subgraphs contradict themselves, so that there is no telling.
pub fn survey(model: &Model<'_>, options: &Options) -> Result<Vec<Vec<Result<Fate, CompileError>>>, CompileError> {
    let mut graph = Graph::new(model)?;
    let mut aliases = Aliases::default();
    let mut fates = Vec::with_capacity(model.subgraphs.len());
    for (subgraph, source) in model.subgraphs.iter().enumerate() {
        let mut lower =
            |operator| lower_operator(&mut graph, &mut aliases, &mut Vec::new(), (subgraph, operator), options);
        fates.push((0..source.operators.len()).map(&mut lower).collect());
    }
    Ok(fates)
}

fn lower_operator(
    graph: &mut Graph<'_>,
    aliases: &mut Aliases,
    scheduled: &mut Vec<Scheduled>,
    (subgraph, index): (usize, usize),
    options: &Options,
) -> Result<Fate, CompileError> {
    let model = graph.model;
    let operator = &model.subgraphs[subgraph].operators[index];
    let at = |refusal| CompileError::at(place(model, subgraph, index), refusal);
    let name = model.operator_codes[operator.code].name();
    let Some(lowering) = lower::find(&name) else { return Err(at(unknown_operator(&name))) };
    let node = Node { graph, subgraph, operator, name: &name, kernel_set: options.kernel_set };
    let steps = match (lowering.lower)(&node).map_err(at)? {
        Lowered::Nothing => return Ok(Fate::Nothing),
        Lowered::Alias { input, output } => {
            let root = aliases.root(input);
            if let Some(data) = &graph.tensor(root).data {
                let data = data.to_vec();
                graph.set_data(output, data);
                return Ok(Fate::Folded);
            }
            aliases.add(input, output);
            return Ok(Fate::Alias);
        }
        Lowered::Steps(steps) => steps,
        Lowered::Step(step) => vec![step],
    };
    let mut kernels = Vec::new();
    for step in steps {
        let kernel = step.kernel_name;
        if add_step(graph, aliases, scheduled, step, (subgraph, index)).map_err(at)? {
            kernels.push(kernel);
        }
    }
    Ok(if kernels.is_empty() { Fate::Folded } else { Fate::Kernels(kernels) })
}

/// Runs a step now, if that is possible and cheap, or puts it behind the others; true in the second case.
fn add_step(
    graph: &mut Graph<'_>,
    aliases: &Aliases,
    scheduled: &mut Vec<Scheduled>,
    step: step::Step,
    (subgraph, operator): (usize, usize),
) -> Result<bool, Refusal> {
    check_step(graph, &step)?;
    let folded = passes::fold::fold(graph, aliases, &step)?;
    let runs = folded.is_none();
    match folded {
        Some(values) => values.into_iter().for_each(|(tensor, data)| graph.set_data(tensor, data)),
        None => scheduled.push(Scheduled { step, subgraph, operator }),
    }
    Ok(runs)
}

/// Requires the counts of a step to fit its record, and every tensor to have elements that kernels know.
fn check_step(graph: &Graph<'_>, step: &step::Step) -> Result<(), Refusal> {
    let most = step.inputs.len().max(step.outputs.len()).max(step.scratch.len()).max(step.parameters.len());
    if most > u16::MAX as usize {
        return Err(Refusal::unsupported(format!("it has {most} operands, at most 65,535 supported"), "Split it up."));
    }
    for operand in step.inputs.iter().chain(&step.outputs) {
        if let Operand::Tensor(tensor) = operand
            && graph.tensor(*tensor).element_type.is_none()
        {
            let info = graph.tensor(*tensor);
            return Err(Refusal::unsupported(
                format!("tensor {} \"{}\" has the type {:?}", tensor.index, info.name, info.model_type),
                "Convert the model with int8 or float32 tensors.",
            ));
        }
    }
    Ok(())
}

fn unknown_operator(name: &str) -> Refusal {
    let near = nearest(name, lower::ALL.iter().map(|lowering| lowering.name));
    let near =
        if near.is_empty() { String::new() } else { format!(" Supported ones with such a name: {}.", near.join(", ")) };
    Refusal::unsupported(
        format!("tinyml has no kernel for {name}"),
        format!("Replace it by supported operators before converting.{near} README.md lists all {}.", lower::ALL.len()),
    )
}

/// The subgraphs that an invocation can reach, every caller before those it calls.
fn callers_first(scheduled: &[Scheduled], subgraphs: usize) -> Result<Vec<usize>, CompileError> {
    let mut calls = vec![Vec::new(); subgraphs];
    scheduled.iter().for_each(|op| calls[op.subgraph].extend(&op.step.calls));
    let mut done = vec![false; subgraphs];
    let mut on_path = vec![false; subgraphs];
    let mut finished = Vec::new();
    // Depth first with an own stack: entries are (subgraph, whether its calls are done).
    let mut stack = vec![(0, false)];
    while let Some((subgraph, is_leaving)) = stack.pop() {
        if is_leaving {
            on_path[subgraph] = false;
            finished.push(subgraph);
            continue;
        }
        if on_path[subgraph] {
            return Err(CompileError::at(
                format!("subgraph {subgraph}"),
                Refusal::unsupported(
                    "it calls itself, directly or through others",
                    "Recursion needs unbounded memory; write it as a WHILE loop.",
                ),
            ));
        }
        if std::mem::replace(&mut done[subgraph], true) {
            continue;
        }
        on_path[subgraph] = true;
        stack.push((subgraph, true));
        stack.extend(calls[subgraph].iter().map(|&called| (called, false)));
    }
    finished.reverse();
    if finished.len() > MAXIMUM_SUBGRAPHS {
        return Err(CompileError::at(
            "model",
            Refusal::unsupported(
                format!("it runs {} subgraphs, at most {MAXIMUM_SUBGRAPHS} supported", finished.len()),
                "Call fewer functions, or split the model.",
            ),
        ));
    }
    Ok(finished)
}

/// Indices of `scheduled` in the order in which the Program numbers the ops.
fn program_order(scheduled: &[Scheduled], subgraphs: &[usize]) -> Vec<usize> {
    let ops_of = |subgraph: usize| (0..scheduled.len()).filter(move |&op| scheduled[op].subgraph == subgraph);
    subgraphs.iter().flat_map(|&subgraph| ops_of(subgraph)).collect()
}

fn written_tensors(
    graph: &Graph<'_>,
    aliases: &Aliases,
    scheduled: &[Scheduled],
    ops: &[usize],
    program: &Program<'_>,
) -> Vec<WrittenTensor> {
    let mut writer: HashMap<TensorId, (u32, OperandRecord)> = HashMap::new();
    for (position, &op) in ops.iter().enumerate() {
        let record = &program.ops()[position];
        let first = record.first_operand as usize + record.inputs as usize;
        for (index, operand) in scheduled[op].step.outputs.iter().enumerate() {
            if let Operand::Tensor(tensor) = operand {
                writer.insert(*tensor, (position as u32, program.operands()[first + index]));
            }
        }
    }
    let main = &graph.model.subgraphs[0];
    let outputs = main.operators.iter().flat_map(|operator| &operator.outputs);
    outputs
        .filter_map(|&index| {
            let id = TensorId { subgraph: 0, index };
            let info = graph.tensor(id);
            let (op, operand) = writer.get(&aliases.root(id))?;
            Some(WrittenTensor {
                tensor: index,
                name: info.name.clone(),
                element_type: info.element_type?,
                shape: info.shape.clone(),
                op: Some(*op),
                operand: *operand,
            })
        })
        .collect()
}
