//! What pools share: their lowering but for the kernels.

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::Kernel;
use micro_runtime::kernels::dsp::pools::fits;
use micro_runtime::kernels::support::pool::{FloatParameters, Parameters};
use micro_runtime::program::KernelSet;

use super::quantise::{float_range, output_stage};
use super::windows::{Sliding, at_least_one, channel_by_channel, geometry, no_options, sliding_distance};
use crate::compile::error::Refusal;
use crate::compile::lower::{Node, TensorRef};
use crate::compile::step::{Lowered, Step};

/// The kernels of a pool.
pub struct PoolKernels {
    /// Of `int8`.
    pub int8: Option<Kernel>,
    /// The twin of the kernel of `int8`.
    pub twin: Option<Kernel>,
    /// Of `int16`.
    pub int16: Option<Kernel>,
    /// Of `float32`.
    pub float32: Kernel,
    /// The types there are kernels for, for messages.
    pub types: &'static str,
}

/// Lowers a pool.
pub fn pool(node: &Node<'_>, kernels: PoolKernels) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..=1)?;
    let options = node.table().builtin_options_as_pool_2_doptions().ok_or_else(no_options)?;
    let activation = options.fused_activation_function();
    let (input, output) = (node.input(0)?, node.output(0)?);
    let sliding = Sliding {
        window: at_least_one("window", [options.filter_height(), options.filter_width()])?,
        stride: [options.stride_h(), options.stride_w()],
        dilation: [1, 1],
        padding: options.padding(),
    };
    let geometry = geometry(&input, &output, sliding)?;
    output.require_shape(&[output.shape[0], output.shape[1], output.shape[2], geometry.input_channels])?;
    output.require_type(input.known_type()?)?;
    let integer = |kernel| -> Result<Step, Refusal> {
        require_same_quantisation(&input, &output)?;
        let stage = output_stage(&output, activation)?;
        let parameters = Parameters { geometry, minimum: stage.minimum, maximum: stage.maximum };
        let twin = kernels.twin.as_ref().filter(|_| {
            let is_int8 = input.element_type == Some(ElementType::Int8);
            is_int8 && node.kernel_set == KernelSet::Armv7em && fits(&parameters).is_ok()
        });
        Ok(Step::new(twin.unwrap_or(kernel), &parameters))
    };
    let element_type = input.known_type()?;
    let step = match (element_type, &kernels.int8, &kernels.int16) {
        (ElementType::Int8, Some(kernel), _) | (ElementType::Int16, _, Some(kernel)) => integer(kernel)?,
        (ElementType::Float32, ..) => {
            let (minimum, maximum) = float_range(activation)?;
            Step::new(&kernels.float32, &FloatParameters { geometry, minimum, maximum })
        }
        _ => return Err(input.wrong_type(kernels.types)),
    };
    let distance = sliding_distance(&geometry, &channel_by_channel(&geometry), element_type.size());
    Ok(step.input(input.id).output(output.id).overlap(0, 0, distance).into())
}

/// Requires the zero points to be equal and the scales to be equal within 1e-6, as TFLM does.
fn require_same_quantisation(input: &TensorRef<'_>, output: &TensorRef<'_>) -> Result<(), Refusal> {
    let first = |tensor: &TensorRef<'_>| tensor.scales.first().copied().unwrap_or(0.0);
    let (input_scale, output_scale) = (first(input), first(output));
    let (input_zero_point, output_zero_point) = (input.zero_point()?, output.zero_point()?);
    let are_close = ((input_scale - output_scale).abs() as f64) <= 1e-6;
    if are_close && input_zero_point == output_zero_point {
        return Ok(());
    }
    Err(output.refusal(
        format_args!(
            "has the scale {output_scale} and zero point {output_zero_point}, those of the input ({input_scale} and \
             {input_zero_point}) needed"
        ),
        "A pool does not rescale; quantise the model again.",
    ))
}
