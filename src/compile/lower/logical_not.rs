//! LOGICAL_NOT. The rule is in [`micro_runtime::kernels::logical_not`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::logical_not as kernel;

use super::support::unary::Unary;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "LOGICAL_NOT", types: "bool", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let unary = Unary::of_one_type(node)?;
    unary.input.require_type(ElementType::Bool)?;
    Ok(unary.step(&kernel::BOOL, &()).into())
}
