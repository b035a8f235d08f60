//! Scales and fused activations become multipliers and clamps.

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::support::requantise::OutputStage;

use crate::compile::error::Refusal;
use crate::compile::lower::TensorRef;
use crate::compile::lower::node::integer_range;
use crate::compile::step::Step;
use crate::model::schema::ActivationFunctionType;

/// Requires a fused activation that kernels have: none, RELU, RELU_N1_TO_1 or RELU6.
pub fn supported_activation(activation: ActivationFunctionType) -> Result<ActivationFunctionType, Refusal> {
    match activation {
        ActivationFunctionType::NONE
        | ActivationFunctionType::RELU
        | ActivationFunctionType::RELU_N1_TO_1
        | ActivationFunctionType::RELU6 => Ok(activation),
        other => Err(Refusal::unsupported(
            format!("its fused activation is {other:?}, supported: NONE, RELU, RELU_N1_TO_1, RELU6"),
            "Use the activation as an operator of its own.",
        )),
    }
}

/// The range of a float output under a fused activation.
pub fn float_range(activation: ActivationFunctionType) -> Result<(f32, f32), Refusal> {
    Ok(match supported_activation(activation)? {
        ActivationFunctionType::RELU => (0.0, f32::MAX),
        ActivationFunctionType::RELU_N1_TO_1 => (-1.0, 1.0),
        ActivationFunctionType::RELU6 => (0.0, 6.0),
        _ => (f32::MIN, f32::MAX),
    })
}

/// The range of an `int32` output that is not quantised, under a fused activation.
pub fn int32_range(activation: ActivationFunctionType) -> Result<(i32, i32), Refusal> {
    Ok(match supported_activation(activation)? {
        ActivationFunctionType::RELU => (0, i32::MAX),
        ActivationFunctionType::RELU_N1_TO_1 => (-1, 1),
        ActivationFunctionType::RELU6 => (0, 6),
        _ => (i32::MIN, i32::MAX),
    })
}

/// The zero point and the range of a quantised output under a fused activation.
///
/// The bounds of the activation are quantised in single precision and rounded half away from zero, as TFLite does.
pub fn output_stage(output: &TensorRef<'_>, activation: ActivationFunctionType) -> Result<OutputStage, Refusal> {
    let (least, greatest) = integer_range(output.known_type()?);
    let (least, greatest) = (least as i32, greatest as i32);
    let zero_point = output.zero_point()?;
    let activation = supported_activation(activation)?;
    if activation == ActivationFunctionType::NONE {
        return Ok(OutputStage { zero_point, minimum: least, maximum: greatest });
    }
    let scale = output.scale()? as f32;
    let quantised = |bound: f32| zero_point.saturating_add((bound / scale).round() as i32);
    let (minimum, maximum) = match activation {
        ActivationFunctionType::RELU => (quantised(0.0), greatest),
        ActivationFunctionType::RELU_N1_TO_1 => (quantised(-1.0), quantised(1.0)),
        _ => (quantised(0.0), quantised(6.0)),
    };
    Ok(OutputStage { zero_point, minimum: minimum.max(least), maximum: maximum.min(greatest) })
}

/// One multiplier for each channel of `weights`, or one for all: input scale times weight scale over output scale.
pub fn channel_multipliers(
    input: &TensorRef<'_>,
    weights: &TensorRef<'_>,
    output: &TensorRef<'_>,
    channels: u32,
) -> Result<Vec<Multiplier>, Refusal> {
    let (input_scale, output_scale) = (input.scale()?, output.scale()?);
    weights.scale()?;
    if weights.scales.len() != 1 && weights.scales.len() != channels as usize {
        return Err(weights.refusal(
            format_args!("has {} scales, 1 or {channels} (one a channel) needed", weights.scales.len()),
            "The quantisation of this tensor is broken; quantise the model again.",
        ));
    }
    weights
        .scales
        .iter()
        .map(|&scale| {
            if !(scale.is_finite() && scale >= 0.0) {
                return Err(weights.refusal(
                    format_args!("has the scale {scale}, finite ones of at least 0 are needed"),
                    "The quantisation of this tensor is broken; quantise the model again.",
                ));
            }
            Ok(Multiplier::from_real(input_scale * scale as f64 / output_scale))
        })
        .collect()
}

/// Requires the zero point 0, which the kernels assume of `int16` tensors.
pub fn require_symmetric(tensor: &TensorRef<'_>) -> Result<(), Refusal> {
    match tensor.zero_point()? {
        0 => Ok(()),
        found => Err(tensor.refusal(
            format_args!("has the zero point {found}, 0 needed for {}", tensor.known_type()?.name()),
            "Quantise the model again; int16 tensors and weights are symmetric.",
        )),
    }
}

/// Requires tensors without quantisation, which `int32` arithmetic does not heed.
pub fn require_unquantised(tensors: &[TensorRef<'_>]) -> Result<(), Refusal> {
    match tensors.iter().find(|tensor| !tensor.scales.is_empty()) {
        None => Ok(()),
        Some(tensor) => Err(tensor.refusal(
            format_args!("has the scale {}, none needed for {}", tensor.scales[0], tensor.known_type()?.name()),
            "Arithmetic on int32 knows no scales; keep this part of the model in int8 or float32.",
        )),
    }
}

/// Requires the one quantisation that a kernel writes, its scale but for a relative `tolerance`.
pub fn require_quantisation(
    output: &TensorRef<'_>,
    scale: f64,
    tolerance: f64,
    zero_point: i32,
) -> Result<(), Refusal> {
    let found = (output.scale()?, output.zero_point()?);
    if (found.0 - scale).abs() <= tolerance * scale && found.1 == zero_point {
        return Ok(());
    }
    Err(output.refusal(
        format_args!("has scale {} and zero point {}, {scale} and {zero_point} needed", found.0, found.1),
        "Quantise the model again with TensorFlow Lite's own quantiser, which fixes the output of this op.",
    ))
}

impl Step {
    /// Adds multipliers as two inputs: mantissas and exponents.
    pub fn multipliers(self, multipliers: &[Multiplier]) -> Step {
        let mantissas: Vec<i32> = multipliers.iter().map(|multiplier| multiplier.mantissa).collect();
        let exponents: Vec<i8> = multipliers.iter().map(|multiplier| multiplier.exponent as i8).collect();
        self.constant(ElementType::Int32, &mantissas).constant(ElementType::Int8, &exponents)
    }
}
