//! FLOOR_MOD. The rule is in [`micro_runtime::kernels::floor_mod`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::floor_mod as kernel;

use super::support::binary::Pair;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "FLOOR_MOD", types: "float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    match Pair::of_one_type(node)? {
        (pair, ElementType::Float32) => Ok(pair.step(&kernel::FLOAT32, &pair.broadcast)),
        (pair, _) => Err(pair.left.wrong_type(LOWERING.types)),
    }
}
