//! REDUCE_MIN. The rule and the layout are in [`micro_runtime::kernels::reduce_min`].

use micro_runtime::kernels::reduce_min as kernel;

use super::support::reduction::{Kernels, lower_extreme};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "REDUCE_MIN", types: "int8, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let known = Kernels { int8: &kernel::INT8, int16: None, float32: &kernel::FLOAT32 };
    let any_axes = Kernels { int8: &kernel::INT8_ANY_AXES, int16: None, float32: &kernel::FLOAT32_ANY_AXES };
    lower_extreme(node, known, any_axes)
}
