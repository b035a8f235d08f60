//! Scales of quantised sums, differences and comparisons become the fixed-point records of their kernels.

use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::support::rescale::{Requantise, Rescale};

use super::quantise::output_stage;
use crate::compile::error::Refusal;
use crate::compile::lower::TensorRef;
use crate::model::schema::ActivationFunctionType;

/// The bits of headroom of `int8` values that are summed.
pub const SUM_HEADROOM: u32 = 20;

/// From `tensor` to multiples of `unit / 2^left_shift`, for a scale of the tensor below `unit`.
pub fn rescale(tensor: &TensorRef<'_>, unit: f64, left_shift: u32) -> Result<Rescale, Refusal> {
    let multiplier = below_one(tensor, tensor.scale()? / unit)?;
    Ok(Rescale { offset: -tensor.zero_point()?, left_shift, multiplier })
}

/// From multiples of `unit`, which is less than the scale of `output`, to `output`.
pub fn requantise(
    output: &TensorRef<'_>,
    unit: f64,
    activation: ActivationFunctionType,
) -> Result<Requantise, Refusal> {
    let multiplier = below_one(output, unit / output.scale()?)?;
    Ok(Requantise { multiplier, stage: output_stage(output, activation)? })
}

/// The multiplier for a factor that kernels need to be below 1.
fn below_one(tensor: &TensorRef<'_>, factor: f64) -> Result<Multiplier, Refusal> {
    let multiplier = Multiplier::from_real(factor);
    if factor > 0.0 && factor < 1.0 && multiplier.exponent <= 0 {
        return Ok(multiplier);
    }
    Err(tensor.refusal(
        format_args!("would be scaled by {factor} from its scale {:?}, below 1 needed", tensor.scales.first()),
        "The quantisation of this tensor does not fit its neighbours'; quantise the model again.",
    ))
}
