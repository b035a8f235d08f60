//! SVDF. The rule and the layout are in [`micro_runtime::kernels::svdf`].

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::svdf::{self as kernel, FloatParameters, Parameters, Shape};

use super::support::quantise::{output_stage, supported_activation};
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};
use crate::model::schema::ActivationFunctionType;

pub(super) const LOWERING: Lowering = Lowering { name: "SVDF", types: "int8 with int8 or int16 state, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(5..=5, 1..=1)?;
    let options = node.table().builtin_options_as_svdfoptions();
    let rank = options.map_or(0, |options| options.rank());
    let activation = options.map(|options| options.fused_activation_function()).unwrap_or_default();
    let (input, features, times) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let (bias, state, output) = (node.optional_input(3), node.input(4)?, node.output(0)?);
    let shape = shape(&input, &features, &times, rank)?;
    let filters = features.shape[0];
    features.require_shape(&[filters, shape.input_depth])?;
    times.require_shape(&[filters, shape.memory])?;
    state.require_elements(shape.batches.saturating_mul(filters).saturating_mul(shape.memory))?;
    state.require_variable()?;
    output.require_shape(&[shape.batches, shape.units])?;
    if let Some(bias) = &bias {
        bias.require_elements(shape.units)?;
    }
    let element_type = input.known_type()?;
    features.require_type(element_type)?;
    output.require_type(element_type)?;
    state.require_type(times.known_type()?)?;

    let (step, bias_type) = match (element_type, times.known_type()?) {
        (ElementType::Float32, ElementType::Float32) => {
            // Alone among the kernels that fuse an activation, TFLM's float SVDF computes these two.
            let (kernel, (minimum, maximum)) = match activation {
                ActivationFunctionType::TANH => (kernel::FLOAT32_TANH, (-1.0, 1.0)),
                ActivationFunctionType::SIGN_BIT => (kernel::FLOAT32_SIGN_BIT, (0.0, 1.0)),
                _ => (kernel::FLOAT32, range(activation)?),
            };
            (Step::new(&kernel, &FloatParameters { shape, minimum, maximum }), ElementType::Float32)
        }
        (ElementType::Int8, time_type @ (ElementType::Int8 | ElementType::Int16)) => {
            let kernel = if time_type == ElementType::Int8 { kernel::INT8 } else { kernel::INT8_STATE16 };
            let time_scale = state.scale()? * times.scale()?;
            if let Some(bias) = &bias {
                require_bias_scale(bias, time_scale)?;
            }
            let parameters = Parameters {
                shape,
                input_offset: -input.zero_point()?,
                state_zero_point: state.zero_point()?,
                feature_multiplier: Multiplier::from_real(input.scale()? * features.scale()? / state.scale()?),
                time_multiplier: Multiplier::from_real(time_scale / output.scale()?),
                output: output_stage(&output, ActivationFunctionType::NONE)?,
            };
            (Step::new(&kernel, &parameters), ElementType::Int32)
        }
        (ElementType::Float32, _) => return Err(times.wrong_type("float32 with a float32 input")),
        (ElementType::Int8, _) => return Err(times.wrong_type("int8 or int16 with an int8 input")),
        _ => return Err(input.wrong_type("int8 or float32")),
    };
    bias.map_or(Ok(()), |bias| bias.require_type(bias_type))?;
    let step = step.input(input.id).input(features.id).input(times.id).optional(bias.map(|bias| bias.id));
    Ok(step.output(output.id).variable(state.id).overlap(0, 0, 0).into())
}

fn shape(input: &TensorRef<'_>, features: &TensorRef<'_>, times: &TensorRef<'_>, rank: i32) -> Result<Shape, Refusal> {
    for tensor in [input, features, times] {
        tensor.require_rank(2)?;
        if tensor.elements == 0 {
            return Err(tensor.refusal(
                format_args!("has shape {:?}, at least 1 element needed", tensor.shape),
                "The model is damaged; convert it again.",
            ));
        }
    }
    let filters = features.shape[0];
    let rank = u32::try_from(rank).ok().filter(|&rank| rank > 0 && filters.is_multiple_of(rank)).ok_or_else(|| {
        Refusal::new(
            format!("its rank is {rank}, a divisor of its {filters} filters needed"),
            "The model is damaged; convert it again.",
        )
    })?;
    Ok(Shape {
        batches: input.shape[0],
        input_depth: input.shape[1],
        units: filters / rank,
        rank,
        memory: times.shape[1],
    })
}

/// Without an activation even infinities pass.
fn range(activation: ActivationFunctionType) -> Result<(f32, f32), Refusal> {
    Ok(match supported_activation(activation)? {
        ActivationFunctionType::RELU => (0.0, f32::INFINITY),
        ActivationFunctionType::RELU_N1_TO_1 => (-1.0, 1.0),
        ActivationFunctionType::RELU6 => (0.0, 6.0),
        _ => (f32::NEG_INFINITY, f32::INFINITY),
    })
}

fn require_bias_scale(bias: &TensorRef<'_>, needed: f64) -> Result<(), Refusal> {
    let found = bias.scale()?;
    if (found - needed).abs() < 1e-5 {
        return Ok(());
    }
    Err(bias.refusal(
        format_args!("has the scale {found}, that of state times time weights, {needed}, needed"),
        "The quantisation of this tensor is broken; quantise the model again.",
    ))
}
