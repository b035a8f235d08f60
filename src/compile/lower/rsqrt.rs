//! RSQRT. The rule for `float32` is in [`micro_runtime::kernels::rsqrt`], that for `int8` is here and in
//! [`micro_runtime::kernels::support::inverse_root`].

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::{Multiplier, saturate_i8};
use micro_runtime::kernels::rsqrt::{self as kernel, Int16Parameters, Parameters};
use micro_runtime::kernels::support::inverse_root::{FRACTION_BITS, fractional};

use super::support::quantise::require_symmetric;
use super::support::unary::Unary;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "RSQRT", types: "int8, int16, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let unary = Unary::of_one_type(node)?;
    match unary.element_type()? {
        ElementType::Float32 => Ok(unary.step(&kernel::FLOAT32, &()).into()),
        ElementType::Int16 => {
            require_symmetric(&unary.input)?;
            require_symmetric(&unary.output)?;
            Ok(unary.step(&kernel::INT16, &Int16Parameters { factor: factor(&unary)? }).into())
        }
        ElementType::Int8 => {
            let factor = factor(&unary)?;
            let (input_zero_point, output_zero_point) = (unary.input.zero_point()?, unary.output.zero_point()?);
            let table = |value: i8| match value as i32 - input_zero_point {
                // Infinity is nearest to the greatest value. Negative inputs are refused when they occur.
                ..=0 => i8::MAX,
                centred => {
                    let result = factor.apply(fractional(centred));
                    saturate_i8(result.saturating_add(output_zero_point))
                }
            };
            Ok(unary.step(&kernel::INT8, &Parameters { input_zero_point }).table(table).into())
        }
        _ => Err(unary.input.wrong_type("int8, int16 or float32")),
    }
}

/// From roots of whole steps, in fixed point, to output steps; 0 when nothing would be left of them.
fn factor(unary: &Unary<'_>) -> Result<Multiplier, Refusal> {
    let factor = Multiplier::from_real(1.0 / (libm::sqrt(unary.input.scale()?) * unary.output.scale()?));
    let exponent = factor.exponent - FRACTION_BITS;
    Ok(if exponent < -31 { Multiplier::default() } else { Multiplier { exponent, ..factor } })
}
