//! Tables of functions that are worked out here, so that the chip need only look them up.

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::{
    Multiplier, exp_of_negative, one_minus_over_one_plus, one_over_one_plus, rounding_right_shift,
};
use micro_runtime::kernels::support::sigmoid::TableScale;
use micro_runtime::kernels::support::table;

use super::quantise::require_symmetric;
use super::unary::Unary;
use crate::compile::error::Refusal;
use crate::compile::lower::TensorRef;
use crate::compile::step::Step;

impl Step {
    /// Adds the values of `function` for every `int8` as an input, in the order in which
    /// [`table::invoke`] looks them up.
    pub fn table(self, function: impl Fn(i8) -> i8) -> Step {
        let values: Vec<i8> = (0..table::LENGTH).map(|index| function(index as u8 as i8)).collect();
        self.constant(ElementType::Int8, &values)
    }

    /// Adds the table of the logistic function for `int16` as an input.
    pub fn sigmoid_table(self) -> Step {
        self.constant(ElementType::Uint16, &sigmoid_values())
    }
}

/// Where the table that TFLM is published with has one more than the rounded value.
const ONE_MORE: [u8; 44] = [
    4, 8, 12, 14, 15, 16, 17, 19, 20, 21, 22, 25, 27, 28, 29, 30, 31, 33, 34, 35, 37, 39, 40, 41, 43, 44, 45, 46, 49,
    50, 54, 62, 63, 64, 66, 82, 86, 93, 100, 103, 112, 116, 135, 255,
];

fn sigmoid_values() -> Vec<u16> {
    let value = |index: u8| libm::round(65536.0 / (1.0 + libm::exp(-(index as f64) / 24.0))) as u16;
    (0..=255).map(|index| value(index) + ONE_MORE.contains(&index) as u16).collect()
}

/// How an `int16` input is brought to the scale of the table. The output must have 15 fractional bits.
///
/// Input scales of `2^-12`, and from there up to `2^(largest_shift - 12)`, are multiplied exactly; others with a multiplier
/// of 15 bits.
pub fn table_scale(unary: &Unary<'_>, largest_shift: i32) -> Result<TableScale, Refusal> {
    require_symmetric(&unary.input)?;
    require_symmetric(&unary.output)?;
    if power_of_two(unary.output.scale()? as f32) != Some(-15) {
        return Err(unary.output.refusal(
            format_args!("has the scale {}, 1/32768 needed", unary.output.scales[0]),
            "Quantise the model again; the converter knows this scale.",
        ));
    }
    let scale = unary.input.scale()?;
    if let Some(shift) = power_of_two(scale as f32).map(|exponent| exponent + 12)
        && (0..=largest_shift).contains(&shift)
    {
        return Ok(TableScale { multiplier: 3 << shift, shift: 0 });
    }
    let (mut multiplier, mut shift) = (scale * 4096.0 * 3.0, 0);
    while multiplier <= 32767.0 / 2.0 && shift <= 30 {
        multiplier *= 2.0;
        shift += 1;
    }
    Ok(TableScale { multiplier: multiplier as i32, shift })
}

/// The exponent of `value`, when it is a power of two as far as TFLite can tell.
fn power_of_two(value: f32) -> Option<i32> {
    let logarithm = libm::logf(value) * (1.0 / libm::logf(2.0));
    let rounded = libm::roundf(logarithm);
    ((logarithm - rounded).abs() < 1e-3).then_some(rounded as i32)
}

/// The input of a fixed-point activation with 4 integer bits.
pub struct FixedInput {
    zero_point: i32,
    multiplier: Multiplier,
    radius: i32,
}

impl FixedInput {
    /// For the quantisation of an `int8` tensor.
    pub fn of(input: &TensorRef<'_>) -> Result<FixedInput, Refusal> {
        let (fraction, exponent) = libm::frexp(input.scale()? * (1u32 << 27) as f64);
        let multiplier = Multiplier { mantissa: (fraction * (1u32 << 31) as f64) as i32, exponent };
        // Beyond it, the value would not fit 4 integer bits.
        let radius = (15.0 * (1u32 << 27) as f64 / libm::exp2(exponent as f64)) as i32;
        Ok(FixedInput { zero_point: input.zero_point()?, multiplier, radius })
    }

    /// `value` with 4 integer bits; `Err(negative)` when it does not fit.
    fn fixed(&self, value: i8) -> Result<i32, bool> {
        let centred = value as i32 - self.zero_point;
        if centred.abs() >= self.radius {
            return Err(centred <= -self.radius);
        }
        // An exponent below -31 makes every input 0; one above 30 makes the radius 0.
        Ok(if self.multiplier.exponent < -31 { 0 } else { self.multiplier.apply(centred) })
    }

    /// The logistic function, as `int8` with the scale 1/256 and the zero point -128.
    pub fn logistic(&self, value: i8) -> i8 {
        match self.fixed(value) {
            Err(negative) => saturated(negative),
            Ok(value) => {
                let upper = one_over_one_plus(exp_of_negative::<4>(-value.abs()));
                let result = match value.signum() {
                    0 => 1 << 30,
                    1 => upper,
                    _ => i32::MAX - upper,
                };
                (rounding_right_shift(result, 23) - 128).clamp(-128, 127) as i8
            }
        }
    }

    /// The hyperbolic tangent, as `int8` with the scale 1/128 and the zero point 0.
    pub fn tanh(&self, value: i8) -> i8 {
        match self.fixed(value) {
            Err(negative) => saturated(negative),
            Ok(value) => {
                // One integer bit more doubles the value.
                let upper = one_minus_over_one_plus(exp_of_negative::<5>(-value.abs()));
                rounding_right_shift(value.signum() * upper, 24).clamp(-128, 127) as i8
            }
        }
    }
}

fn saturated(negative: bool) -> i8 {
    if negative { i8::MIN } else { i8::MAX }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sigmoid_table_has_the_right_ends() {
        let values = sigmoid_values();
        assert_eq!(values.len(), 256);
        assert_eq!((values[0], values[1], values[254], values[255]), (32768, 33451, 65534, 65535));
        assert!(values.is_sorted());
    }

    #[test]
    fn only_powers_of_two_are_found() {
        assert_eq!(power_of_two(1.0 / 32768.0), Some(-15));
        assert_eq!(power_of_two(1.0 / 4096.0), Some(-12));
        assert_eq!(power_of_two(3.0), None);
    }
}
