//! ARG_MIN. The rule and the layout are in [`micro_runtime::kernels::arg_min`].

use micro_runtime::kernels::arg_min as kernel;

use super::support::reduction::{Kernels, lower_position};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "ARG_MIN", types: "int8, float32, output int32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let known = Kernels { int8: &kernel::INT8, int16: None, float32: &kernel::FLOAT32 };
    let any_axis = Kernels { int8: &kernel::INT8_ANY_AXIS, int16: None, float32: &kernel::FLOAT32_ANY_AXIS };
    lower_position(node, known, any_axis)
}
