//! ABS. The rule is in [`micro_runtime::kernels::abs`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::abs as kernel;

use super::support::quantise::require_symmetric;
use super::support::unary::Unary;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;
use crate::model::schema::ActivationFunctionType;

pub(super) const LOWERING: Lowering = Lowering { name: "ABS", types: "int8, int16, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let unary = Unary::of_one_type(node)?;
    let kernel = match unary.element_type()? {
        ElementType::Float32 => return Ok(unary.step(&kernel::FLOAT32, &()).into()),
        ElementType::Int8 => kernel::INT8,
        ElementType::Int16 if unary.input.scales.is_empty() => return Ok(unary.step(&kernel::INT16_PLAIN, &()).into()),
        ElementType::Int16 => {
            require_symmetric(&unary.input)?;
            require_symmetric(&unary.output)?;
            kernel::INT16
        }
        _ => return Err(unary.input.wrong_type("int8, int16 or float32")),
    };
    Ok(unary.step(&kernel, &unary.conversion(ActivationFunctionType::NONE)?).into())
}
