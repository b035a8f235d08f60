//! WHILE. The rule and the layout are in [`micro_runtime::kernels::while`](micro_runtime::kernels).

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::r#while::{BYTES, Parameters};

use super::support::subgraph::{Subgraph, input_ids, no_options, output_ids, pairs};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Operand, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "WHILE", types: "any, with a bool condition", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let options = node.table().builtin_options_as_while_options().ok_or_else(no_options)?;
    let (starts, ends) = (input_ids(node, 0)?, output_ids(node)?);
    let condition = Subgraph::of(node, options.cond_subgraph_index())?;
    let body = Subgraph::of(node, options.body_subgraph_index())?;
    let answer = condition.outputs.first().copied();
    let is_bool = |&answer: &_| {
        let info = node.graph.tensor(answer);
        info.element_type == Some(ElementType::Bool) && info.elements == 1
    };
    let Some(answer) = answer.filter(is_bool) else {
        return Err(Refusal::new(
            format!("the first output of its condition, subgraph {}, is not a single bool", condition.index),
            "The model is damaged or was made by a converter for another runtime; convert it again.",
        ));
    };
    let kept = pairs(node, &starts, &ends)?;
    let to_condition = pairs(node, &ends, &condition.inputs)?;
    let to_body = pairs(node, &ends, &body.inputs)?;
    let from_body = pairs(node, &body.outputs, &ends)?;
    let parameters = Parameters { condition: u32::MAX, body: u32::MAX, values: kept.len() as u32 };
    let mut step = Step::new(&BYTES, &parameters).calls(condition.index).calls(body.index);
    step.inputs.extend(kept.iter().map(|(start, _)| start.clone()));
    step.inputs.push(Operand::Tensor(answer));
    step.inputs.extend(from_body.into_iter().map(|(result, _)| result));
    step.outputs.extend(kept.into_iter().map(|(_, end)| end));
    step.outputs.extend(to_condition.into_iter().map(|(_, value)| value));
    step.outputs.extend(to_body.into_iter().map(|(_, value)| value));
    Ok(step.impure().into())
}
