//! IF. The rule and the layout are in [`micro_runtime::kernels::if`](micro_runtime::kernels).

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::r#if::{BYTES, Parameters};

use super::support::subgraph::{Subgraph, input_ids, no_options, output_ids, pairs};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "IF", types: "any, with a bool condition", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1.., ..)?;
    let options = node.table().builtin_options_as_if_options().ok_or_else(no_options)?;
    let condition = node.input(0)?;
    condition.require_type(ElementType::Bool)?;
    condition.require_elements(1)?;
    let (values, results) = (input_ids(node, 1)?, output_ids(node)?);
    let (mut to, mut from) = (Vec::new(), Vec::new());
    let mut called = Vec::new();
    for number in [options.then_subgraph_index(), options.else_subgraph_index()] {
        let subgraph = Subgraph::of(node, number)?;
        to.push(pairs(node, &values, &subgraph.inputs)?);
        from.push(pairs(node, &subgraph.outputs, &results)?);
        called.push(subgraph.index);
    }
    // Both branches take and give the same tensors of the operator.
    let parameters = Parameters { subgraphs: [u32::MAX; 2], values: to[0].len() as u32, results: from[0].len() as u32 };
    let mut step = Step::new(&BYTES, &parameters).input(condition.id).calls(called[0]).calls(called[1]);
    step.inputs.extend(to[0].iter().map(|(value, _)| value.clone()));
    step.outputs.extend(from[0].iter().map(|(_, result)| result.clone()));
    step.inputs.extend(from.iter().flatten().map(|(result, _)| result.clone()));
    step.outputs.extend(to.iter().flatten().map(|(_, value)| value.clone()));
    Ok(step.impure().into())
}
