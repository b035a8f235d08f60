//! FULLY_CONNECTED. The rule and the layout are in [`micro_runtime::kernels::fully_connected`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::fully_connected::{self as kernel, FloatParameters, Parameters};

use super::dsp::{self, Layer};
use super::support::quantise::{channel_multipliers, float_range, output_stage, require_symmetric};
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};
use crate::model::schema::TensorType;

pub(super) const LOWERING: Lowering = Lowering {
    name: "FULLY_CONNECTED",
    types: "int8, int8 with int4 weights, int16 with int32 or int64 bias, float32",
    lower,
};

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=3, 1..=1)?;
    let options = node.table().builtin_options_as_fully_connected_options();
    let activation = options.map(|options| options.fused_activation_function()).unwrap_or_default();
    let (input, weights, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    let bias = node.optional_input(2);
    if weights.rank() < 2 {
        weights.require_rank(2)?;
    }
    let input_depth = weights.shape[weights.rank() - 1];
    let output_depth = output.shape.last().copied().unwrap_or(1);
    if weights.elements == 0 || weights.elements != input_depth.saturating_mul(output_depth) {
        return Err(weights.refusal(
            format_args!("has shape {:?}, {output_depth} rows needed for the output", weights.shape),
            "The shapes in the model contradict each other; convert it again.",
        ));
    }
    let batches = output.elements / output_depth;
    input.require_elements(batches * input_depth)?;
    if let Some(bias) = &bias {
        bias.require_elements(output_depth)?;
    }
    output.require_type(input.known_type()?)?;

    if input.known_type()? == ElementType::Float32 {
        weights.require_type(ElementType::Float32)?;
        bias.map_or(Ok(()), |bias| bias.require_type(ElementType::Float32))?;
        let (minimum, maximum) = float_range(activation)?;
        let parameters = FloatParameters { batches, input_depth, output_depth, minimum, maximum };
        let step = Step::new(&kernel::FLOAT32, &parameters)
            .input(input.id)
            .input(weights.id)
            .optional(bias.map(|bias| bias.id))
            .output(output.id)
            .overlap(0, 0, distance(batches, input_depth, output_depth, 4));
        return Ok(step.into());
    }

    let wide = match bias {
        Some(bias) => bias.element_type == Some(ElementType::Int64),
        None => options.is_none_or(|options| options.quantized_bias_type() != TensorType::INT32),
    };
    let (kernel, size) = match (input.known_type()?, weights.known_type()?) {
        (ElementType::Int8, ElementType::Int8) => (kernel::INT8, 1),
        (ElementType::Int8, ElementType::Int4) => (kernel::INT8_INT4, 1),
        (ElementType::Int16, ElementType::Int8) if wide => (kernel::INT16_WIDE, 2),
        (ElementType::Int16, ElementType::Int8) => (kernel::INT16, 2),
        (ElementType::Int8, _) => return Err(weights.wrong_type("int8 or int4 with an int8 input")),
        (ElementType::Int16, _) => return Err(weights.wrong_type("int8 with an int16 input")),
        _ => return Err(input.wrong_type("int8, int16 or float32")),
    };
    if let Some(bias) = &bias {
        bias.require_type(if size == 2 && wide { ElementType::Int64 } else { ElementType::Int32 })?;
    }
    if size == 2 {
        require_symmetric(&input)?;
        require_symmetric(&weights)?;
    }
    if weights.scales.len() > 1 && weights.known_type()? == ElementType::Int4 {
        return Err(per_channel_int4(&weights));
    }
    let multipliers = channel_multipliers(&input, &weights, &output, output_depth)?;
    let stage = output_stage(&output, activation)?;
    let distance = distance(batches, input_depth, output_depth, size);
    if kernel.code == kernel::INT8.code {
        let (multipliers, bias) = (&multipliers[..], bias.as_ref());
        let layer = Layer { node, input: &input, weights: &weights, bias, output: &output, multipliers, stage };
        let step = dsp::fully_connected::step(&layer, [batches, input_depth, output_depth], distance)?;
        if let Some(step) = step {
            return Ok(step.into());
        }
    }
    // With a scale for each channel, the reference takes weights for symmetric and looks at no zero point.
    let weights_zero_point = if weights.scales.len() > 1 { 0 } else { weights.zero_point()? };
    let parameters = Parameters {
        batches,
        input_depth,
        output_depth,
        input_offset: -input.zero_point()?,
        weights_offset: -weights_zero_point,
        output: stage,
    };
    let step = Step::new(&kernel, &parameters)
        .input(input.id)
        .input(weights.id)
        .optional(bias.map(|bias| bias.id))
        .multipliers(&multipliers)
        .output(output.id)
        .overlap(0, 0, distance);
    Ok(step.into())
}

fn per_channel_int4(weights: &TensorRef<'_>) -> Refusal {
    Refusal::unsupported(
        format!("its int4 weights have {} scales, 1 supported", weights.scales.len()),
        "Quantise the weights of this layer to int8, or with one scale.",
    )
}

/// Row after row of the output is written while the input row it came from is read again for each element.
fn distance(batches: u32, input_depth: u32, output_depth: u32, size: i64) -> i64 {
    let (batches, input_depth, output_depth) = (batches as i64, input_depth as i64, output_depth as i64);
    // Before the last element of a row is computed, all elements of the row but that one are written.
    let at_row = |row: i64| row * output_depth + output_depth - 1 - row * input_depth;
    size * at_row(0).max(at_row(batches - 1))
}
