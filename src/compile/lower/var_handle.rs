//! VAR_HANDLE. It names a variable, and nothing is left of it: the ops that use the variable know its place.

use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "VAR_HANDLE", types: "resource", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(0..=0, 1..=1)?;
    let output = node.output(0)?;
    if output.element_type.is_some() {
        return Err(output.wrong_type("resource"));
    }
    node.variable(&output)?;
    Ok(Lowered::Nothing)
}
