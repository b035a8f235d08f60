//! CALL_ONCE. The rule and the layout are in [`micro_runtime::kernels::call_once`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::call_once::{KERNEL, Parameters};

use super::support::subgraph::{Subgraph, no_options};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Initial, Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "CALL_ONCE", types: "none", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(0..=0, 0..=0)?;
    let options = node.table().builtin_options_as_call_once_options().ok_or_else(no_options)?;
    let called = Subgraph::of(node, options.init_subgraph_index())?;
    if !called.inputs.is_empty() {
        return Err(Refusal::new(
            format!("it calls subgraph {}, which takes {} inputs", called.index, called.inputs.len()),
            "An initialisation takes no inputs; convert the model again.",
        ));
    }
    let step = Step::new(&KERNEL, &Parameters { subgraph: u32::MAX })
        .state(ElementType::Uint8, 1, Initial::Fill(0))
        .calls(called.index);
    Ok(step.into())
}
