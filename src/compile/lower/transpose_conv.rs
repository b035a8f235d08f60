//! TRANSPOSE_CONV. The rule and the layout are in [`micro_runtime::kernels::transpose_conv`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::support::window::Geometry;
use micro_runtime::kernels::transpose_conv::{self as kernel, FloatParameters, Parameters};

use super::support::quantise::{channel_multipliers, float_range, output_stage, require_symmetric};
use super::support::windows::{
    Progress, at_least_one, distance, no_options, require_image, same_padding, window_fault,
};
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};
use crate::model::schema::Padding;

pub(super) const LOWERING: Lowering =
    Lowering { name: "TRANSPOSE_CONV", types: "int8, int16 with int16 or int64 bias, float32", lower };

/// Input 0, the shape of the output, is not looked at: the output tensor has it already.
fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(3..=4, 1..=1)?;
    let options = node.table().builtin_options_as_transpose_conv_options().ok_or_else(no_options)?;
    let activation = options.fused_activation_function();
    let (weights, input, output) = (node.input(1)?, node.input(2)?, node.output(0)?);
    let bias = node.optional_input(3);
    let stride = at_least_one("stride", [options.stride_h(), options.stride_w()])?;
    let geometry = geometry(&input, &weights, &output, stride, options.padding())?;
    if let Some(bias) = &bias {
        bias.require_elements(geometry.output_channels)?;
    }
    output.require_type(input.known_type()?)?;
    let rows = |row| geometry.source_rows(row).next().map(|(input, _)| input);
    let columns = |column| geometry.source_columns(column).next().map(|(input, _)| input);
    let progress = [Progress { written: geometry.output_channels - 1, read: 0 }];
    let distance = |size| distance(&geometry, &progress, rows, columns, size);

    if input.known_type()? == ElementType::Float32 {
        weights.require_type(ElementType::Float32)?;
        bias.map_or(Ok(()), |bias| bias.require_type(ElementType::Float32))?;
        let (minimum, maximum) = float_range(activation)?;
        let step = Step::new(&kernel::FLOAT32, &FloatParameters { geometry, minimum, maximum })
            .input(input.id)
            .input(weights.id)
            .optional(bias.map(|bias| bias.id))
            .output(output.id)
            .overlap(0, 0, distance(4));
        return Ok(step.into());
    }

    let bias_type = bias.map(|bias| bias.known_type()).transpose()?;
    let (kernel, size, bias_needed) = match (input.known_type()?, weights.known_type()?, bias_type) {
        (ElementType::Int8, ElementType::Int8, _) => (kernel::INT8, 1, ElementType::Int32),
        (ElementType::Int16, ElementType::Int8, Some(ElementType::Int16)) => {
            (kernel::INT16_BIAS16, 2, ElementType::Int16)
        }
        (ElementType::Int16, ElementType::Int8, _) => (kernel::INT16, 2, ElementType::Int64),
        (ElementType::Int8 | ElementType::Int16, ..) => return Err(weights.wrong_type("int8")),
        _ => return Err(input.wrong_type("int8, int16 or float32")),
    };
    bias.map_or(Ok(()), |bias| bias.require_type(bias_needed))?;
    if size == 2 {
        require_symmetric(&input)?;
        require_symmetric(&output)?;
    }
    let parameters =
        Parameters { geometry, input_offset: -input.zero_point()?, output: output_stage(&output, activation)? };
    let step = Step::new(&kernel, &parameters).input(input.id).input(weights.id).optional(bias.map(|bias| bias.id));
    let step = step
        .multipliers(&channel_multipliers(&input, &weights, &output, geometry.output_channels)?)
        .output(output.id)
        .overlap(0, 0, distance(size));
    Ok(step.into())
}

/// The geometry: the window slides over the output, in strides.
fn geometry(
    input: &TensorRef<'_>,
    weights: &TensorRef<'_>,
    output: &TensorRef<'_>,
    [stride_height, stride_width]: [u32; 2],
    padding: Padding,
) -> Result<Geometry, Refusal> {
    require_image(input)?;
    require_image(weights)?;
    require_image(output)?;
    weights.require_shape(&[output.shape[3], weights.shape[1], weights.shape[2], input.shape[3]])?;
    output.require_shape(&[input.shape[0], output.shape[1], output.shape[2], output.shape[3]])?;
    let [window_height, window_width] = [weights.shape[1], weights.shape[2]];
    let cut = |extent: u32, taps: u32, stride: u32| match padding {
        Padding::SAME => {
            let inputs = extent.div_ceil(stride) as u64;
            same_padding(extent as u64, inputs, stride as u64, taps as u64) as u32
        }
        _ => 0,
    };
    let geometry = Geometry {
        batches: input.shape[0],
        input_height: input.shape[1],
        input_width: input.shape[2],
        input_channels: input.shape[3],
        output_height: output.shape[1],
        output_width: output.shape[2],
        output_channels: output.shape[3],
        window_height,
        window_width,
        stride_height,
        stride_width,
        dilation_height: 1,
        dilation_width: 1,
        padding_top: cut(output.shape[1], window_height, stride_height),
        padding_left: cut(output.shape[2], window_width, stride_width),
    };
    geometry.check_transposed().map_err(window_fault)?;
    Ok(geometry)
}
