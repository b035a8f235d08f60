//! DEPTHWISE_CONV_2D. The rule and the layout are in [`micro_runtime::kernels::depthwise_conv_2d`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::depthwise_conv_2d::{self as kernel, FloatParameters, Parameters};

use super::dsp::{self, Layer};
use super::support::quantise::{channel_multipliers, float_range, output_stage, require_symmetric};
use super::support::windows::{Sliding, channel_by_channel, geometry, no_options, sliding_distance};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Ring, Step};
use micro_runtime::kernels::support::window::Geometry;

pub(super) const LOWERING: Lowering = Lowering {
    name: "DEPTHWISE_CONV_2D",
    types: "int8, int8 with int4 weights, int16 with int64 bias, float32",
    lower,
};

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=3, 1..=1)?;
    let options = node.table().builtin_options_as_depthwise_conv_2_doptions().ok_or_else(no_options)?;
    let activation = options.fused_activation_function();
    let (input, weights, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    let bias = node.optional_input(2);
    weights.require_rank(4)?;
    let sliding = Sliding {
        window: [weights.shape[1], weights.shape[2]],
        stride: [options.stride_h(), options.stride_w()],
        dilation: [options.dilation_h_factor(), options.dilation_w_factor()],
        padding: options.padding(),
    };
    let geometry = geometry(&input, &output, sliding)?;
    weights.require_shape(&[1, weights.shape[1], weights.shape[2], geometry.output_channels])?;
    let multiplier = options.depth_multiplier();
    if geometry.input_channels as i64 * multiplier as i64 != geometry.output_channels as i64 {
        return Err(output.refusal(
            format_args!(
                "has {} channels, {} (each of the input) times {multiplier} (depth multiplier) needed",
                geometry.output_channels, geometry.input_channels
            ),
            "The shapes in the model contradict each other; convert it again.",
        ));
    }
    if let Some(bias) = &bias {
        bias.require_elements(geometry.output_channels)?;
    }
    output.require_type(input.known_type()?)?;
    let distance = |size| sliding_distance(&geometry, &channel_by_channel(&geometry), size);

    if input.known_type()? == ElementType::Float32 {
        weights.require_type(ElementType::Float32)?;
        bias.map_or(Ok(()), |bias| bias.require_type(ElementType::Float32))?;
        let (minimum, maximum) = float_range(activation)?;
        let step = Step::new(&kernel::FLOAT32, &FloatParameters { geometry, minimum, maximum })
            .input(input.id)
            .input(weights.id)
            .optional(bias.map(|bias| bias.id))
            .output(output.id)
            .overlap(0, 0, distance(4))
            .ring(ring(&geometry, ElementType::Float32, distance(4)));
        return Ok(step.into());
    }

    let (kernel, size) = match (input.known_type()?, weights.known_type()?) {
        (ElementType::Int8, ElementType::Int8) => (kernel::INT8, 1),
        (ElementType::Int8, ElementType::Int4) => (kernel::INT8_INT4, 1),
        (ElementType::Int16, ElementType::Int8) => (kernel::INT16, 2),
        (ElementType::Int8, _) => return Err(weights.wrong_type("int8 or int4 with an int8 input")),
        (ElementType::Int16, _) => return Err(weights.wrong_type("int8 with an int16 input")),
        _ => return Err(input.wrong_type("int8, int16 or float32")),
    };
    if let Some(bias) = &bias {
        bias.require_type(if size == 2 { ElementType::Int64 } else { ElementType::Int32 })?;
    }
    if size == 2 {
        require_symmetric(&input)?;
        require_symmetric(&output)?;
    }
    let multipliers = channel_multipliers(&input, &weights, &output, geometry.output_channels)?;
    let stage = output_stage(&output, activation)?;
    let ring = ring(&geometry, input.known_type()?, distance(size));
    if kernel.code == kernel::INT8.code {
        let (multipliers, bias) = (&multipliers[..], bias.as_ref());
        let layer = Layer { node, input: &input, weights: &weights, bias, output: &output, multipliers, stage };
        if let Some(step) = dsp::depthwise_conv_2d::step(&layer, &geometry, distance(size), ring)? {
            return Ok(step.into());
        }
    }
    let parameters = Parameters { geometry, input_offset: -input.zero_point()?, output: stage };
    let step = Step::new(&kernel, &parameters)
        .input(input.id)
        .input(weights.id)
        .optional(bias.map(|bias| bias.id))
        .multipliers(&multipliers)
        .output(output.id)
        .overlap(0, 0, distance(size))
        .ring(ring);
    Ok(step.into())
}

/// The ring in which output pixels wait until the output may lie right on the input, `distance` without one.
///
/// While a pixel is computed, nothing is written; before, the pixel that waited for as many pixels as the ring has is.
/// So a ring of one pixel gains nothing over channels written at once, and every further one gains a pixel.
fn ring(geometry: &Geometry, element_type: ElementType, distance: i64) -> Option<Ring> {
    let pixel_bytes = geometry.output_channels as i64 * element_type.size() as i64;
    let pixels = (distance + pixel_bytes - 1) / pixel_bytes + 1;
    let elements = u32::try_from(pixels.checked_mul(geometry.output_channels as i64)?).ok()?;
    let distance = distance - (pixels - 1) * pixel_bytes;
    (pixels > 1).then_some(Ring { element_type, elements, distance })
}
