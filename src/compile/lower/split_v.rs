//! SPLIT_V: SPLIT into parts of different extents. As in the reference kernel, the outputs say which.

use super::{Lowering, Node, split};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "SPLIT_V", types: split::LOWERING.types, lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(3..=3, 1..)?;
    split::lower(node, &node.input(0)?, &node.input(2)?, false)
}
