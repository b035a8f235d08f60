//! When each tensor and each scratch buffer is alive, as TFLM counts it.
//!
//! Time is counted in steps: one for each operator in the order of running, and one for each subgraph that an operator
//! calls, whose operators follow. A tensor lives from the operator that writes it to the last one that touches it,
//! inputs and outputs of a subgraph as long as the subgraph. The scratch of an operator with subgraphs lives as long as
//! they do.

use super::Unknown;
use crate::model::{Model, Operator};

/// Steps that are counted at most. Subgraphs count once for every call, which grows without bounds when they call one
/// another.
const MAXIMUM_STEPS: i64 = 1_000_000;

/// How deep subgraphs may call one another.
const MAXIMUM_DEPTH: usize = 64;

/// The first and the last step at which something is alive; -1 when there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lifetime {
    pub first: i64,
    pub last: i64,
}

impl Lifetime {
    const NONE: Lifetime = Lifetime { first: -1, last: -1 };

    fn created(&mut self, step: i64) {
        if self.first == -1 {
            self.first = step;
        }
    }

    fn used(&mut self, step: i64) {
        self.last = step;
    }
}

/// Lifetimes of everything in a model, by subgraph.
pub(super) struct Lifetimes {
    /// Of every tensor, whether it needs bytes or not.
    pub tensors: Vec<Vec<Lifetime>>,
    /// Of the scratch of every operator, whether it has some or not.
    pub scratch: Vec<Vec<Lifetime>>,
}

/// Runs through the model, calls included.
pub(super) fn lifetimes(model: &Model<'_>) -> Result<Lifetimes, Unknown> {
    let of = |count: fn(&crate::model::Subgraph<'_>) -> usize| {
        model.subgraphs.iter().map(|subgraph| vec![Lifetime::NONE; count(subgraph)]).collect()
    };
    let lifetimes =
        Lifetimes { tensors: of(|subgraph| subgraph.tensors.len()), scratch: of(|subgraph| subgraph.operators.len()) };
    let mut walk = Walk { model, lifetimes, step: 0, active: vec![false; model.subgraphs.len()], depth: 0 };
    walk.subgraph(0)?;
    Ok(walk.lifetimes)
}

struct Walk<'m> {
    model: &'m Model<'m>,
    lifetimes: Lifetimes,
    step: i64,
    active: Vec<bool>,
    depth: usize,
}

impl Walk<'_> {
    fn subgraph(&mut self, index: usize) -> Result<(), Unknown> {
        if std::mem::replace(&mut self.active[index], true) {
            return Err(Unknown::Calls(format!("subgraph {index} calls itself")));
        }
        self.depth += 1;
        if self.step > MAXIMUM_STEPS || self.depth > MAXIMUM_DEPTH {
            return Err(Unknown::Calls("its subgraphs call one another too often".into()));
        }
        let graph = &self.model.subgraphs[index];
        for &tensor in &graph.inputs {
            self.tensor(index, tensor, true);
        }
        for (position, operator) in graph.operators.iter().enumerate() {
            self.step += 1;
            let start = self.step;
            for &tensor in &operator.outputs {
                self.lifetimes.tensors[index][tensor].created(start);
            }
            for called in called_subgraphs(self.model, operator) {
                self.step += 1;
                self.subgraph(called)?;
            }
            for &tensor in operator.inputs.iter().flatten() {
                self.tensor(index, tensor, false);
            }
            for &tensor in &operator.outputs {
                self.tensor(index, tensor, false);
            }
            let scratch = &mut self.lifetimes.scratch[index][position];
            scratch.created(start);
            scratch.used(self.step);
        }
        for &tensor in &graph.outputs {
            self.tensor(index, tensor, true);
        }
        self.active[index] = false;
        self.depth -= 1;
        Ok(())
    }

    fn tensor(&mut self, subgraph: usize, tensor: usize, is_created: bool) {
        let lifetime = &mut self.lifetimes.tensors[subgraph][tensor];
        if is_created {
            lifetime.created(self.step);
        }
        lifetime.used(self.step);
    }
}

/// The subgraphs that an operator runs, in the order in which they are planned.
fn called_subgraphs(model: &Model<'_>, operator: &Operator<'_>) -> Vec<usize> {
    let table = &operator.table;
    let numbers = match model.code_of(operator).name().as_str() {
        "IF" => table
            .builtin_options_as_if_options()
            .map(|options| vec![options.then_subgraph_index(), options.else_subgraph_index()]),
        "WHILE" => table
            .builtin_options_as_while_options()
            .map(|options| vec![options.cond_subgraph_index(), options.body_subgraph_index()]),
        "CALL_ONCE" => table.builtin_options_as_call_once_options().map(|options| vec![options.init_subgraph_index()]),
        _ => None,
    };
    let numbers = numbers.unwrap_or_default();
    numbers.into_iter().filter_map(|number| usize::try_from(number).ok()).collect()
}
