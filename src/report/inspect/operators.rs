//! The operators, one by one.

use serde::Serialize;

use super::{Inspected, TensorReport};
use crate::compile::{self, Options};
use crate::estimate::macs;
use crate::model::{Model, Operator, Subgraph, Tensor, TensorType};

/// An operator.
#[derive(Clone, Debug, Serialize)]
pub struct OperatorReport {
    /// The subgraph that it belongs to.
    pub subgraph: usize,
    /// Its index there.
    pub index: usize,
    /// Its name, or its number when nobody has heard of it.
    pub name: String,
    /// The version of its parameters.
    pub version: i32,
    /// The tensors that it reads; none where an optional one is left out.
    pub inputs: Vec<Option<usize>>,
    /// The tensors that it writes.
    pub outputs: Vec<usize>,
    /// The first tensor that it writes.
    pub output: Option<TensorReport>,
    /// Elements of the constants that it computes with.
    pub parameters: u64,
    /// Multiply-accumulates of one run.
    pub macs: u64,
    /// Bytes of the arena that hold something while it runs: shared bytes count once.
    pub live_bytes: Option<u64>,
    /// What becomes of it.
    pub fate: Fate,
    /// The kernels that run it, in order.
    pub kernels: Vec<&'static str>,
    /// Why it cannot run.
    pub reason: Option<String>,
    /// What to do about that.
    pub help: Option<String>,
    /// Channels whose weights are all zero.
    pub dead_channels: Option<u64>,
}

/// What becomes of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Kernels run it.
    Kernels,
    /// Nothing runs: the output is the input under another shape.
    Alias,
    /// Nothing runs: the outputs are constants.
    Folded,
    /// Nothing runs.
    Nothing,
    /// It cannot run.
    Refused,
    /// There is no telling: the model contradicts itself elsewhere.
    Unknown,
}

pub(super) fn reports(inspected: &Inspected<'_>) -> Vec<OperatorReport> {
    let model = inspected.model;
    let survey = match inspected.compiled {
        Ok(_) => None,
        Err(_) if !inspected.damages.is_empty() => None,
        Err(_) => {
            let options = Options { kernel_set: inspected.kernel_set, ..Options::default() };
            compile::survey(model, &options).ok()
        }
    };
    let live = inspected.compiled.ok().map(live_bytes);
    let mut reports = Vec::new();
    for (number, graph) in model.subgraphs.iter().enumerate() {
        for (index, operator) in graph.operators.iter().enumerate() {
            let code = model.code_of(operator);
            let mut report = OperatorReport {
                subgraph: number,
                index,
                name: code.name(),
                version: code.version,
                inputs: operator.inputs.clone(),
                outputs: operator.outputs.clone(),
                output: operator.outputs.first().map(|&tensor| TensorReport::new(&graph.tensors[tensor], tensor)),
                parameters: constants(graph, operator).map(|tensor| graph.tensors[tensor].elements() as u64).sum(),
                macs: macs::of_operator(model, graph, operator),
                live_bytes: live.as_ref().and_then(|live| live(number, index)),
                fate: Fate::Unknown,
                kernels: Vec::new(),
                reason: None,
                help: None,
                dead_channels: None,
            };
            let fate = match (inspected.compiled, &survey) {
                (Ok(compiled), _) => Some(Ok(&compiled.fates[number][index])),
                (Err(_), Some(survey)) => Some(survey[number][index].as_ref()),
                (Err(_), None) => None,
            };
            match fate {
                Some(Ok(fate)) => report.set_fate(fate),
                Some(Err(error)) => {
                    report.fate = Fate::Refused;
                    report.reason = Some(error.refusal.problem.clone());
                    report.help = Some(error.help().to_string());
                }
                None => {}
            }
            reports.push(report);
        }
    }
    reports
}

impl OperatorReport {
    fn set_fate(&mut self, fate: &compile::Fate) {
        self.fate = match fate {
            compile::Fate::Kernels(kernels) => {
                self.kernels = kernels.clone();
                Fate::Kernels
            }
            compile::Fate::Alias => Fate::Alias,
            compile::Fate::Folded => Fate::Folded,
            compile::Fate::Nothing => Fate::Nothing,
        };
    }
}

/// The most bytes alive while an operator runs, for those that have a step of their own.
fn live_bytes(compiled: &compile::Compiled) -> impl Fn(usize, usize) -> Option<u64> {
    let of_step = compiled.memory.live_bytes();
    move |subgraph, operator| {
        let is_of = |op: u32| {
            let op = &compiled.ops[op as usize];
            (op.subgraph, op.operator) == (subgraph, operator)
        };
        let steps = compiled.memory.steps.iter().zip(&of_step);
        steps.filter(|(op, _)| op.is_some_and(is_of)).map(|(_, &bytes)| bytes.into()).max()
    }
}

/// The weights and biases of an operator: its constant inputs that stand for real numbers. Shapes, axes and paddings
/// are integers without a scale.
fn constants<'a>(graph: &'a Subgraph<'_>, operator: &'a Operator<'_>) -> impl Iterator<Item = usize> + 'a {
    let is_parameter = |tensor: &Tensor<'_>| {
        let is_plain = matches!(tensor.tensor_type, TensorType::INT32 | TensorType::INT64 | TensorType::BOOL);
        tensor.data.is_some() && (!is_plain || tensor.quantization.is_some())
    };
    operator.inputs.iter().flatten().copied().filter(move |&tensor| is_parameter(&graph.tensors[tensor]))
}

/// The elements of all weights and biases of a model, each tensor counted once.
pub(super) fn parameters_of_model(model: &Model<'_>) -> u64 {
    let of_graph = |graph: &Subgraph<'_>| {
        let mut tensors: Vec<usize> = graph.operators.iter().flat_map(|operator| constants(graph, operator)).collect();
        tensors.sort_unstable();
        tensors.dedup();
        tensors.iter().map(|&tensor| graph.tensors[tensor].elements() as u64).sum::<u64>()
    };
    model.subgraphs.iter().map(of_graph).sum()
}
