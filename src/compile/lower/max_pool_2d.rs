//! MAX_POOL_2D. The rule and the layout are in [`micro_runtime::kernels::max_pool_2d`].

use micro_runtime::kernels::{dsp, max_pool_2d as kernel};

use super::support::pools::{PoolKernels, pool};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

const TYPES: &str = "int8, int16, float32";

pub(super) const LOWERING: Lowering = Lowering { name: "MAX_POOL_2D", types: TYPES, lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    pool(
        node,
        PoolKernels {
            int8: Some(kernel::INT8),
            twin: Some(dsp::max_pool_2d::INT8),
            int16: Some(kernel::INT16),
            float32: kernel::FLOAT32,
            types: TYPES,
        },
    )
}
