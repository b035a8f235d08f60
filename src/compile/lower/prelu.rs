//! PRELU. The rule is in [`micro_runtime::kernels::prelu`].

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::prelu::{self as kernel, QuantisedParameters};
use micro_runtime::kernels::support::rescale::Requantise;

use super::support::binary::Pair;
use super::support::quantise::output_stage;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;
use crate::model::schema::ActivationFunctionType;

pub(super) const LOWERING: Lowering =
    Lowering { name: "PRELU", types: "int8, int16 with an int8 alpha, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let pair = Pair::of(node)?;
    let (input, alpha) = (pair.left, pair.right);
    let element_type = input.known_type()?;
    pair.output.require_type(element_type)?;
    alpha.require_type(if element_type == ElementType::Int16 { ElementType::Int8 } else { element_type })?;
    Ok(match element_type {
        ElementType::Int8 => pair.step(&kernel::INT8, &quantised(&pair)?),
        ElementType::Int16 => pair.step(&kernel::INT16, &quantised(&pair)?),
        ElementType::Float32 => pair.step(&kernel::FLOAT32, &pair.broadcast),
        _ => return Err(input.wrong_type(LOWERING.types)),
    })
}

fn quantised(pair: &Pair<'_>) -> Result<QuantisedParameters, Refusal> {
    let (input, alpha, output) = (pair.left, pair.right, pair.output);
    let stage = output_stage(&output, ActivationFunctionType::NONE)?;
    let requantise = |factor: f64| Requantise { multiplier: Multiplier::from_real(factor), stage };
    Ok(QuantisedParameters {
        broadcast: pair.broadcast,
        input_offset: -input.zero_point()?,
        alpha_offset: -alpha.zero_point()?,
        positive: requantise(input.scale()? / output.scale()?),
        negative: requantise(input.scale()? * alpha.scale()? / output.scale()?),
    })
}
