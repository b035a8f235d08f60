//! REDUCE_MAX. The rule and the layout are in [`micro_runtime::kernels::reduce_max`].

use micro_runtime::kernels::reduce_max as kernel;

use super::support::reduction::Reduced;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "REDUCE_MAX", types: "int8, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    Ok(Reduced::of(node)?.extreme(&kernel::INT8, &kernel::FLOAT32)?.into())
}
