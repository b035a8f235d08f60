//! SPACE_TO_BATCH_ND. The rule and the layout are in [`micro_runtime::kernels::space_to_batch_nd`].

use micro_runtime::kernels::space_to_batch_nd as kernel;

use super::support::space_batch::{Direction, lower_space_batch};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "SPACE_TO_BATCH_ND", types: "float32, int8", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    lower_space_batch(node, &kernel::BYTES, &kernel::ANY_BLOCKS, Direction::SpaceToBatch)
}
