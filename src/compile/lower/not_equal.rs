//! NOT_EQUAL. The rule is in [`micro_runtime::kernels::not_equal`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::not_equal as kernel;

use super::support::comparison;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "NOT_EQUAL", types: "int8, int32, int64, float32, bool", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let kernels = [
        (ElementType::Int8, kernel::INT8),
        (ElementType::Int32, kernel::INT32),
        (ElementType::Int64, kernel::INT64),
        (ElementType::Float32, kernel::FLOAT32),
        (ElementType::Bool, kernel::BOOL),
    ];
    comparison::lower(node, LOWERING.types, &kernels)
}
