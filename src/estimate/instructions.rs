//! Instructions of one invocation on a Cortex-M4, from a model of each kernel that was fitted to counts.
//!
//! The counts are those of the emulated Cortex-M4 (QEMU, one tick an instruction) for the ops of real models and of
//! small ones; they lie in `fixtures/firmware/op_counts.csv`. Each kernel has a weighted sum of what it works on, with
//! weights that are not negative. How wrong it is was found by leaving out one model after another, fitting to the
//! rest, and predicting what was left out; the worst of these errors is the kernel's.

mod fitted;

use crate::compile::Compiled;
use crate::model::{BuiltinOperator, Model, Operator, Subgraph};

use super::macs;

pub use fitted::FITTED;

/// The terms of the sum.
pub const TERMS: usize = 5;

/// What one kernel takes.
#[derive(Clone, Copy, Debug)]
pub struct Fitted {
    /// Its name.
    pub kernel: &'static str,
    /// Instructions for one of each of [`terms`].
    pub weights: [f64; TERMS],
    /// The worst error for a model that was left out, as a share of the true count.
    pub error: f64,
    /// How many models were left out in turn.
    pub models: u32,
}

/// Instructions, and between which numbers they lie when the errors are as when models were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Interval {
    /// The least.
    pub low: f64,
    /// What the model says.
    pub estimate: f64,
    /// The most.
    pub high: f64,
}

/// The instructions of an invocation.
#[derive(Clone, Debug, Default)]
pub struct Instructions {
    /// Of all ops together.
    pub total: Interval,
    /// Of each op of the Program; none where its kernel was never counted.
    pub ops: Vec<Option<f64>>,
    /// The kernels that were never counted, each once. What they take is missing from the total.
    pub unknown: Vec<&'static str>,
}

/// The instructions of one invocation of a Program without calls; none when it has subgraphs that run as often as the
/// data says.
pub fn instructions(model: &Model<'_>, compiled: &Compiled) -> Option<Instructions> {
    if compiled.ops.iter().any(|op| op.subgraph > 0) {
        return None;
    }
    let mut found = Instructions::default();
    let graph = &model.subgraphs[0];
    for op in &compiled.ops {
        let Some(fitted) = FITTED.iter().find(|fitted| fitted.kernel == op.kernel) else {
            found.ops.push(None);
            if !found.unknown.contains(&op.kernel) {
                found.unknown.push(op.kernel);
            }
            continue;
        };
        let terms = terms(model, graph, &graph.operators[op.operator]);
        let estimate: f64 = terms.iter().zip(fitted.weights).map(|(term, weight)| term * weight).sum();
        found.ops.push(Some(estimate));
        found.total.estimate += estimate;
        // Of the true count `n` it was said that |estimate - n| is at most `error` times `n`.
        found.total.low += estimate / (1.0 + fitted.error);
        found.total.high += if fitted.error < 0.9 { estimate / (1.0 - fitted.error) } else { estimate * 10.0 };
    }
    Some(found)
}

/// What the kernels of an operator work on. The first term is 1, for what every run takes; the others are, for
/// convolutions: multiply-accumulates, outputs, inputs gathered for windows of more than one point, points; for
/// depthwise ones: multiply-accumulates of windows of 3 x 3, those of others, outputs, points; for other operators that
/// multiply: multiply-accumulates, outputs, inputs; for the rest: inputs, outputs.
pub fn terms(model: &Model<'_>, graph: &Subgraph<'_>, operator: &Operator<'_>) -> [f64; TERMS] {
    let elements = |tensor: usize| graph.tensors[tensor].elements() as f64;
    let macs = macs::of_operator(model, graph, operator) as f64;
    let outputs: f64 = operator.outputs.iter().map(|&tensor| elements(tensor)).sum();
    let varying = operator.inputs.iter().flatten().filter(|&&tensor| graph.tensors[tensor].data.is_none());
    let inputs: f64 = varying.map(|&tensor| elements(tensor)).sum();
    let window = operator.inputs.get(1).copied().flatten().map(|tensor| graph.tensors[tensor].shape.as_slice());
    match (model.code_of(operator).builtin, window) {
        (BuiltinOperator::CONV_2D, Some(&[filters, height, width, _])) if filters > 0 => {
            let patches = if height * width == 1 { 0.0 } else { macs / filters as f64 };
            [1.0, macs, outputs, patches, outputs / filters as f64]
        }
        (BuiltinOperator::DEPTHWISE_CONV_2D, Some(&[_, height, width, channels])) if channels > 0 => {
            let (usual, other) = if (height, width) == (3, 3) { (macs, 0.0) } else { (0.0, macs) };
            [1.0, usual, other, outputs, outputs / channels as f64]
        }
        _ if macs > 0.0 => [1.0, macs, outputs, inputs, 0.0],
        _ => [1.0, inputs, outputs, 0.0, 0.0],
    }
}
