//! LEAKY_RELU. The rule is in [`micro_runtime::kernels::leaky_relu`].

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::leaky_relu::{self as kernel, FloatParameters, Parameters};

use super::support::unary::Unary;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;
use crate::model::schema::ActivationFunctionType;

pub(super) const LOWERING: Lowering = Lowering { name: "LEAKY_RELU", types: "int8, int16, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let unary = Unary::of_one_type(node)?;
    let alpha = node.table().builtin_options_as_leaky_relu_options().map_or(0.0, |options| options.alpha());
    if !alpha.is_finite() {
        return Err(Refusal::new(
            format!("its alpha is {alpha}, a finite number needed"),
            "The model is damaged; convert it again.",
        ));
    }
    let kernel = match unary.element_type()? {
        ElementType::Float32 => return Ok(unary.step(&kernel::FLOAT32, &FloatParameters { alpha }).into()),
        ElementType::Int8 => kernel::INT8,
        ElementType::Int16 => kernel::INT16,
        _ => return Err(unary.input.wrong_type("int8, int16 or float32")),
    };
    let slope = unary.input.scale()? * alpha.abs() as f64 / unary.output.scale()?;
    let parameters = Parameters {
        positive: unary.conversion(ActivationFunctionType::NONE)?,
        slope: Multiplier::from_real(slope),
        is_negative: (alpha < 0.0) as u32,
    };
    Ok(unary.step(&kernel, &parameters).into())
}
