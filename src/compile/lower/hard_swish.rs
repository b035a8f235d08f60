//! HARD_SWISH. The rule for `float32` is in [`micro_runtime::kernels::hard_swish`], that for `int8` is here.

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::{Multiplier, rounding_right_shift, saturate_i16};
use micro_runtime::kernels::hard_swish as kernel;

use super::support::unary::Unary;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "HARD_SWISH", types: "int8, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let unary = Unary::of_one_type(node)?;
    match unary.element_type()? {
        ElementType::Float32 => Ok(unary.step(&kernel::FLOAT32, &()).into()),
        ElementType::Int8 => {
            let curve = Curve::of(&unary)?;
            Ok(unary.step(&kernel::INT8, &()).table(|value| curve.at(value)).into())
        }
        _ => Err(unary.input.wrong_type("int8 or float32")),
    }
}

/// A factor with a mantissa of 15 bits.
struct Factor {
    mantissa: i32,
    exponent: i32,
}

impl Factor {
    fn from_real(factor: f64) -> Factor {
        let Multiplier { mantissa, exponent } = Multiplier::from_real(factor);
        Factor { mantissa: ((mantissa as i64 + (1 << 15)) >> 16).min(i16::MAX as i64) as i32, exponent }
    }

    /// `value` of 16 bits times the mantissa, rounded to the nearest.
    fn multiply(&self, value: i32) -> i32 {
        let product = value * self.mantissa;
        let nudge = if product >= 0 { 1 << 14 } else { 1 - (1 << 14) };
        saturate_i16((product + nudge) / (1 << 15)) as i32
    }
}

/// The quantised function: everything in 16 bits, so that vector units can follow.
struct Curve {
    input_zero_point: i32,
    output_zero_point: i32,
    /// From 128ths of the input's scale to the output's.
    to_output: Factor,
    /// From 128ths of the input's scale to one in which 3 is 32768.
    to_gate: Factor,
}

impl Curve {
    fn of(unary: &Unary<'_>) -> Result<Curve, Refusal> {
        // The reference computes these in single precision.
        let fine_scale = unary.input.scale()? as f32 / 128.0;
        let to_output = Factor::from_real((fine_scale / unary.output.scale()? as f32) as f64);
        if to_output.exponent > 0 {
            return Err(unary.output.refusal(
                format_args!(
                    "has the scale {}, at least 1/128 of the input's {} needed",
                    unary.output.scales[0], unary.input.scales[0]
                ),
                "Quantise the model again; this function does not make values smaller by so much.",
            ));
        }
        Ok(Curve {
            input_zero_point: unary.input.zero_point()?,
            output_zero_point: unary.output.zero_point()?,
            to_output,
            to_gate: Factor::from_real((fine_scale / (3.0 / 32768.0)) as f64),
        })
    }

    fn at(&self, value: i8) -> i8 {
        // Nine bits and seven more.
        let fine = (value as i32 - self.input_zero_point) * 128;
        let scaled = self.to_output.multiply(fine);
        let exponent = self.to_gate.exponent;
        let saturating_shift = |value: i32, shift: i32| ((value as i64) << shift).clamp(-32768, 32767) as i32;
        // The last bit of a left shift comes after the multiplication, so that it saturates the result, not a factor.
        let gate = if exponent > 0 {
            saturating_shift(self.to_gate.multiply(saturating_shift(fine, exponent - 1)), 1)
        } else {
            right_shift(self.to_gate.multiply(fine), -exponent)
        };
        // From -1..1 to 0..1.
        let gate = (gate + (1 << 15)) >> 1;
        let product = gate * scaled / (1 << 15);
        let output = right_shift(product, -self.to_output.exponent) + self.output_zero_point;
        output.clamp(i8::MIN as i32, i8::MAX as i32) as i8
    }
}

/// `value` of 16 bits over `2^shift`, rounded.
///
/// The reference rounds by a mask of 16 bits, which from a shift of 16 on is -1: the last step away from 0 is never left.
fn right_shift(value: i32, shift: i32) -> i32 {
    match shift {
        ..16 => rounding_right_shift(value, shift as u32),
        _ if value < 0 => -1,
        _ => 1,
    }
}
