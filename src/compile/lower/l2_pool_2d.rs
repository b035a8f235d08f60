//! L2_POOL_2D. The rule and the layout are in [`micro_runtime::kernels::l2_pool_2d`].

use micro_runtime::kernels::l2_pool_2d as kernel;

use super::support::pools::{PoolKernels, pool};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

const TYPES: &str = "float32";

pub(super) const LOWERING: Lowering = Lowering { name: "L2_POOL_2D", types: TYPES, lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    pool(node, PoolKernels { int8: None, twin: None, int16: None, float32: kernel::FLOAT32, types: TYPES })
}
