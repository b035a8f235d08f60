//! MAXIMUM. The rule is in [`micro_runtime::kernels::maximum`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::maximum as kernel;

use super::support::binary::Pair;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "MAXIMUM", types: "int8, int16, int32, int64, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let (pair, element_type) = Pair::of_one_type(node)?;
    let kernel = match element_type {
        ElementType::Int8 => kernel::INT8,
        ElementType::Int16 => kernel::INT16,
        ElementType::Int32 => kernel::INT32,
        ElementType::Int64 => kernel::INT64,
        ElementType::Float32 => kernel::FLOAT32,
        _ => return Err(pair.left.wrong_type(LOWERING.types)),
    };
    Ok(pair.step(&kernel, &pair.broadcast))
}
