//! RSQRT. The rule for `float32` is in [`micro_runtime::kernels::rsqrt`], that for `int8` is here.

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::{Multiplier, saturate_i8};
use micro_runtime::kernels::rsqrt::{self as kernel, Parameters};
use micro_runtime::kernels::support::inverse_root::inverse_root;

use super::support::unary::Unary;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "RSQRT", types: "int8, float32", lower };

/// Fractional bits of the root between its two multiplications.
const FRACTION_BITS: i32 = 20;

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let unary = Unary::of_one_type(node)?;
    match unary.element_type()? {
        ElementType::Float32 => Ok(unary.step(&kernel::FLOAT32, &()).into()),
        ElementType::Int8 => {
            let factor = Multiplier::from_real(1.0 / (libm::sqrt(unary.input.scale()?) * unary.output.scale()?));
            let (input_zero_point, output_zero_point) = (unary.input.zero_point()?, unary.output.zero_point()?);
            let table = |value: i8| match value as i32 - input_zero_point {
                // Infinity is nearest to the greatest value. Negative inputs are refused when they occur.
                ..=0 => i8::MAX,
                centred => {
                    let root = shifted(inverse_root(centred), FRACTION_BITS).apply(1);
                    let result = shifted(factor, -FRACTION_BITS).apply(root);
                    saturate_i8(result.saturating_add(output_zero_point))
                }
            };
            Ok(unary.step(&kernel::INT8, &Parameters { input_zero_point }).table(table).into())
        }
        _ => Err(unary.input.wrong_type("int8 or float32")),
    }
}

/// `multiplier * 2^bits`, or 0 when nothing would be left of it.
fn shifted(multiplier: Multiplier, bits: i32) -> Multiplier {
    let exponent = multiplier.exponent + bits;
    if exponent < -31 { Multiplier::default() } else { Multiplier { exponent, ..multiplier } }
}
