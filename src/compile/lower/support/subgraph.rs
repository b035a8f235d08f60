//! The subgraphs that control flow calls, and what is handed to them and back.

use crate::compile::error::Refusal;
use crate::compile::graph::TensorId;
use crate::compile::lower::Node;
use crate::compile::step::Operand;

/// The inputs and outputs of a subgraph.
pub struct Subgraph {
    /// Its index in the model.
    pub index: usize,
    /// What it takes.
    pub inputs: Vec<TensorId>,
    /// What it gives.
    pub outputs: Vec<TensorId>,
}

impl Subgraph {
    /// Subgraph `number` of the model.
    pub fn of(node: &Node<'_>, number: i32) -> Result<Subgraph, Refusal> {
        let subgraphs = &node.graph.model.subgraphs;
        let found = usize::try_from(number).ok().and_then(|index| Some((index, subgraphs.get(index)?)));
        let Some((index, source)) = found else {
            return Err(Refusal::new(
                format!("it calls subgraph {number}, there are {}", subgraphs.len()),
                "The model is damaged; convert it again.",
            ));
        };
        let ids =
            |tensors: &[usize]| tensors.iter().map(|&tensor| TensorId { subgraph: index, index: tensor }).collect();
        Ok(Subgraph { index, inputs: ids(&source.inputs), outputs: ids(&source.outputs) })
    }
}

/// Requires each tensor of `from` to be of the type and size of the one in `to`, so that it can be copied there, and
/// returns the pairs.
///
/// Pairs of resource tensors are left out: both stand for one variable, which is not copied.
pub fn pairs(node: &Node<'_>, from: &[TensorId], to: &[TensorId]) -> Result<Vec<(Operand, Operand)>, Refusal> {
    let help = "The model is damaged or was made by a converter for another runtime; convert it again.";
    if from.len() != to.len() {
        return Err(Refusal::new(format!("it hands {} tensors to {} places", from.len(), to.len()), help));
    }
    let mut pairs = Vec::new();
    for (&source, &target) in from.iter().zip(to) {
        let (source_info, target_info) = (node.graph.tensor(source), node.graph.tensor(target));
        let same_variable = node.graph.resource(source).is_some_and(|one| node.graph.resource(target) == Some(one));
        if source_info.element_type.is_none() && same_variable {
            continue;
        }
        if (source_info.model_type, source_info.elements) != (target_info.model_type, target_info.elements) {
            return Err(Refusal::new(
                format!(
                    "it copies tensor \"{}\" ({:?} {:?}) to tensor \"{}\" ({:?} {:?}) of another type or size",
                    source_info.name,
                    source_info.model_type,
                    source_info.shape,
                    target_info.name,
                    target_info.model_type,
                    target_info.shape
                ),
                help,
            ));
        }
        if target_info.data.is_some() {
            return Err(Refusal::new(format!("it writes tensor \"{}\", a constant", target_info.name), help));
        }
        pairs.push((Operand::Tensor(source), Operand::Tensor(target)));
    }
    Ok(pairs)
}

/// The inputs of an operator from `first` on, all of which must be there.
pub fn input_ids(node: &Node<'_>, first: usize) -> Result<Vec<TensorId>, Refusal> {
    (first..node.input_count()).map(|index| Ok(node.input(index)?.id)).collect()
}

/// The outputs of an operator.
pub fn output_ids(node: &Node<'_>) -> Result<Vec<TensorId>, Refusal> {
    (0..node.output_count()).map(|index| Ok(node.output(index)?.id)).collect()
}

/// The refusal of an operator that does not say what it calls.
pub fn no_options() -> Refusal {
    Refusal::new("it does not say which subgraph it calls", "The model is damaged; convert it again.")
}
