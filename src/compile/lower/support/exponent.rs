//! From `int8` inputs to the exponents of the fixed-point exponential, with 5 integer bits.

use micro_runtime::fixed::Multiplier;

use crate::compile::error::Refusal;
use crate::compile::lower::TensorRef;

const INTEGER_BITS: i32 = 5;

/// What scales differences of inputs, and the least difference whose exponent does not overflow.
pub struct Exponent {
    /// `beta * scale * 2^26`, at most `2^31 - 1`.
    pub multiplier: Multiplier,
    /// At most 0.
    pub least_difference: i32,
}

/// The exponent `beta * scale(input) * difference`. The rule is TFLite's `PreprocessSoftmaxScaling`.
pub fn exponent(input: &TensorRef<'_>, beta: f64) -> Result<Exponent, Refusal> {
    let real = beta * input.scale()? * 2f64.powi(31 - INTEGER_BITS);
    if real.is_nan() || real <= 1.0 {
        return Err(input.refusal(
            format_args!("has a scale that, times beta {beta}, is {:e}, more than 2^-26 needed", real / 2f64.powi(26)),
            "Use a positive beta and quantise the model again with a dataset that reaches this tensor's range.",
        ));
    }
    let multiplier = Multiplier::from_real(real.min(((1u32 << 31) - 1) as f64));
    let largest = ((1 << INTEGER_BITS) - 1) as f64 * 2f64.powi(31 - INTEGER_BITS - multiplier.exponent);
    Ok(Exponent { multiplier, least_difference: -(largest.floor() as i32) })
}
