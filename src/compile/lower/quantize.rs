//! QUANTIZE. The rule is in [`micro_runtime::kernels::quantize`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::quantize::{self as kernel, FloatParameters};

use super::support::quantise::output_stage;
use super::support::unary::Unary;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;
use crate::model::schema::ActivationFunctionType;

pub(super) const LOWERING: Lowering = Lowering {
    name: "QUANTIZE",
    types: "float32 to int8 or int16; int8 to int8, uint8, int16 or int32; uint8 to int8; \
            int16 to int8, int16 or int32; int32 to int8 or int16",
    lower,
};

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let unary = Unary::of(node)?;
    let (from, to) = (unary.element_type()?, unary.output.known_type()?);
    let Some(kernel) = kernel::between(from, to) else {
        return Err(unary.output.wrong_type(&format!("what QUANTIZE makes of {} ({})", from.name(), LOWERING.types)));
    };
    if unary.output.scales.len() > 1 {
        return Err(unary.output.refusal(
            format_args!("has {} scales, 1 needed", unary.output.scales.len()),
            "Only constants can have a scale for each channel; quantise activations with one scale.",
        ));
    }
    let none = ActivationFunctionType::NONE;
    if from != ElementType::Float32 {
        return Ok(unary.step(&kernel, &unary.conversion(none)?).into());
    }
    let scale = unary.output.scale()? as f32;
    let parameters = FloatParameters { scale, output: output_stage(&unary.output, none)? };
    Ok(unary.step(&kernel, &parameters).into())
}
