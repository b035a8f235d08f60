//! CONV_2D. The rule and the layout are in [`micro_runtime::kernels::conv_2d`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::conv_2d::{self as kernel, BLOCK, FLOAT_BLOCK, FloatParameters, PATCH, Parameters};
use micro_runtime::kernels::support::window::Geometry;

use super::dsp::{self, Layer};
use super::support::quantise::{channel_multipliers, float_range, output_stage, require_symmetric};
use super::support::windows::{Progress, Sliding, geometry, is_wide, no_options, sliding_distance};
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering =
    Lowering { name: "CONV_2D", types: "int8, int8 with int4 weights, int16 with int32 or int64 bias, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=3, 1..=1)?;
    let options = node.table().builtin_options_as_conv_2_doptions().ok_or_else(no_options)?;
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
    let groups = groups(&weights, &geometry)?;
    if let Some(bias) = &bias {
        bias.require_elements(geometry.output_channels)?;
    }
    output.require_type(input.known_type()?)?;

    if input.known_type()? == ElementType::Float32 {
        weights.require_type(ElementType::Float32)?;
        bias.map_or(Ok(()), |bias| bias.require_type(ElementType::Float32))?;
        let (minimum, maximum) = float_range(activation)?;
        let parameters = FloatParameters { geometry, groups, minimum, maximum };
        let step = Step::new(&kernel::FLOAT32, &parameters)
            .input(input.id)
            .input(weights.id)
            .optional(bias.map(|bias| bias.id))
            .output(output.id)
            .overlap(0, 0, sliding_distance(&geometry, &progress(&geometry, groups, FLOAT_BLOCK), 4));
        return Ok(step.into());
    }

    let wide = is_wide(bias.as_ref(), options.quantized_bias_type());
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
        require_symmetric(&output)?;
    }
    let multipliers = channel_multipliers(&input, &weights, &output, geometry.output_channels)?;
    let stage = output_stage(&output, activation)?;
    if size == 1 && groups == 1 {
        let (multipliers, bias) = (&multipliers[..], bias.as_ref());
        let layer = Layer { node, input: &input, weights: &weights, bias, output: &output, multipliers, stage };
        let elements = (weights.elements / geometry.output_channels) as usize;
        if let Some(step) = dsp::conv_2d::step(&layer, &geometry, |channel, element| channel * elements + element)? {
            return Ok(step.into());
        }
    }
    let parameters = Parameters { geometry, groups, input_offset: -input.zero_point()?, output: stage };
    let window = geometry.window_height * geometry.window_width * (geometry.input_channels / groups);
    let block = if window as usize <= PATCH { usize::MAX } else { BLOCK };
    let step = Step::new(&kernel, &parameters)
        .input(input.id)
        .input(weights.id)
        .optional(bias.map(|bias| bias.id))
        .multipliers(&multipliers)
        .output(output.id)
        .overlap(0, 0, sliding_distance(&geometry, &progress(&geometry, groups, block), size));
    Ok(step.into())
}

/// The groups of channels, which the weights tell by having fewer channels than the input.
fn groups(weights: &TensorRef<'_>, geometry: &Geometry) -> Result<u32, Refusal> {
    let channels = weights.shape[3];
    if weights.elements == 0
        || weights.shape[0] != geometry.output_channels
        || !geometry.input_channels.is_multiple_of(channels)
    {
        return Err(weights.refusal(
            format_args!(
                "has shape {:?}, {} filters of a divisor of {} channels needed",
                weights.shape, geometry.output_channels, geometry.input_channels
            ),
            "The shapes in the model contradict each other; convert it again.",
        ));
    }
    let groups = geometry.input_channels / channels;
    if !geometry.output_channels.is_multiple_of(groups) {
        return Err(weights.refusal(
            format_args!(
                "makes {groups} groups of {} input channels, which do not divide the {} output channels",
                geometry.input_channels, geometry.output_channels
            ),
            "The shapes in the model contradict each other; convert it again.",
        ));
    }
    Ok(groups)
}

/// The window of a group is read before each `block` of its channels is written, group after group.
fn progress(geometry: &Geometry, groups: u32, block: usize) -> [Progress; 2] {
    let (inputs, outputs) = (geometry.input_channels / groups, geometry.output_channels / groups);
    let last_block = (outputs as usize - 1) / block * block;
    [0, groups - 1].map(|group| Progress { written: group * outputs + last_block as u32, read: group * inputs })
}
