//! LOGICAL_OR. The rule is in [`micro_runtime::kernels::logical_or`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::logical_or as kernel;

use super::support::binary::Pair;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "LOGICAL_OR", types: "bool", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    match Pair::of_one_type(node)? {
        (pair, ElementType::Bool) => Ok(pair.step(&kernel::BOOL, &pair.broadcast)),
        (pair, _) => Err(pair.left.wrong_type(LOWERING.types)),
    }
}
