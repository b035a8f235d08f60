//! DEQUANTIZE. The rule is in [`micro_runtime::kernels::dequantize`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::dequantize::{self as kernel, Parameters};

use super::support::unary::Unary;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "DEQUANTIZE", types: "int8, int16, uint8 to float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let unary = Unary::of(node)?;
    unary.output.require_type(ElementType::Float32)?;
    let kernel = match unary.element_type()? {
        ElementType::Int8 => kernel::INT8,
        ElementType::Int16 => kernel::INT16,
        ElementType::Uint8 => kernel::UINT8,
        _ => return Err(unary.input.wrong_type("int8, int16 or uint8")),
    };
    let parameters = Parameters { scale: unary.input.scale()? as f32, zero_point: unary.input.zero_point()? };
    Ok(unary.step(&kernel, &parameters).into())
}
