//! MEAN. The rule and the layout are in [`micro_runtime::kernels::mean`].

use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::mean as kernel;

use super::support::reduction::{Kernels, lower_sum};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "MEAN", types: "int8, int16, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let known = Kernels { int8: &kernel::INT8, int16: Some(&kernel::INT16), float32: &kernel::FLOAT32 };
    let any_axes = Kernels {
        int8: &kernel::INT8_ANY_AXES,
        int16: Some(&kernel::INT16_ANY_AXES),
        float32: &kernel::FLOAT32_ANY_AXES,
    };
    lower_sum(node, known, any_axes, Multiplier::divided_by)
}
