//! Fused activations as ranges of reals and of codes.

use crate::check::context::Value;
use crate::model::schema::ActivationFunctionType as Activation;

/// The reals that an activation lets through; `None` when it is no clamp.
pub fn reals(activation: Activation) -> Option<(f64, f64)> {
    Some(match activation {
        Activation::RELU => (0.0, f64::INFINITY),
        Activation::RELU_N1_TO_1 => (-1.0, 1.0),
        Activation::RELU6 => (0.0, 6.0),
        _ => return None,
    })
}

/// The codes that an output can have under an activation; `None` when it has no sound quantisation.
pub fn codes(activation: Activation, output: &Value<'_>) -> Option<(i64, i64)> {
    let (least, greatest) = output.range()?;
    let (scale, zero_point) = (output.scale()?, output.zero_point());
    let Some((low, high)) = reals(activation) else { return Some((least, greatest)) };
    // A float becomes the nearest integer there is, infinity the greatest.
    let code = |real: f64| zero_point.saturating_add((real / scale).round() as i64);
    Some((code(low).clamp(least, greatest), code(high).clamp(least, greatest)))
}
