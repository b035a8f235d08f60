//! RELU6. The rule is in [`micro_runtime::kernels::relu6`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::relu6::{self as kernel, Parameters};

use super::support::quantise::output_stage;
use super::support::unary::Unary;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;
use crate::model::schema::ActivationFunctionType;

pub(super) const LOWERING: Lowering = Lowering { name: "RELU6", types: "int8, int16, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let unary = Unary::of_one_type(node)?;
    let kernel = match unary.element_type()? {
        ElementType::Float32 => return Ok(unary.step(&kernel::FLOAT32, &()).into()),
        ElementType::Int8 => kernel::INT8,
        ElementType::Int16 => kernel::INT16,
        _ => return Err(unary.input.wrong_type("int8, int16 or float32")),
    };
    // It is the input's quantisation that counts; that of the output is taken to be the same.
    let range = output_stage(&unary.input, ActivationFunctionType::RELU6)?;
    Ok(unary.step(&kernel, &Parameters { zero: range.minimum, six: range.maximum }).into())
}
