//! Fused activations of float kernels.

/// `value` clamped as the reference does it, `min(max(value, minimum), maximum)`, which lets NaN through.
#[inline(always)]
pub fn clamp(value: f32, minimum: f32, maximum: f32) -> f32 {
    let raised = if value < minimum { minimum } else { value };
    if maximum < raised { maximum } else { raised }
}
