//! ASSIGN_VARIABLE: the first to be prepared takes the bytes of the variable.

use std::collections::{HashMap, HashSet};

use super::Requests;
use crate::estimate::tflm::node::element_bytes;
use crate::estimate::tflm::{Node, Unknown};
use crate::model::Model;

/// Which variables there are, and which have bytes already.
pub(super) struct Resources {
    /// Number of the variable that a tensor stands for, by subgraph and tensor.
    variables: HashMap<(usize, usize), usize>,
    done: HashSet<usize>,
}

impl Resources {
    pub fn new(model: &Model<'_>) -> Resources {
        let mut numbers = HashMap::new();
        let mut variables = HashMap::new();
        for (subgraph, graph) in model.subgraphs.iter().enumerate() {
            for operator in &graph.operators {
                let options = operator.table.builtin_options_as_var_handle_options();
                if let (Some(options), [output]) = (options, &operator.outputs[..]) {
                    let key = (options.container().unwrap_or_default(), options.shared_name().unwrap_or_default());
                    let next = numbers.len();
                    variables.insert((subgraph, *output), *numbers.entry(key).or_insert(next));
                }
            }
        }
        Resources { variables, done: HashSet::new() }
    }

    /// How many operators name a variable.
    pub fn handles(&self) -> u64 {
        self.variables.len() as u64
    }

    /// Whether a tensor is what a VAR_HANDLE gives.
    pub fn is_handle(&self, subgraph: usize, tensor: usize) -> bool {
        self.variables.contains_key(&(subgraph, tensor))
    }
}

pub(super) fn assign(node: &Node<'_>, resources: &mut Resources, requests: &mut Requests) -> Result<(), Unknown> {
    let value = node.input(1)?;
    let variable = node
        .operator()
        .inputs
        .first()
        .copied()
        .flatten()
        .and_then(|tensor| resources.variables.get(&(node.subgraph, tensor)));
    if let Some(&variable) = variable
        && resources.done.insert(variable)
    {
        requests.prepare.push(value.elements() as u64 * element_bytes(value.tensor_type).unwrap_or(0));
    }
    Ok(())
}
