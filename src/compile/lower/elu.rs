//! ELU. The rule is in [`micro_runtime::kernels::elu`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::elu as kernel;

use super::support::unary::Unary;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "ELU", types: "int8, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let unary = Unary::of_one_type(node)?;
    match unary.element_type()? {
        ElementType::Float32 => Ok(unary.step(&kernel::FLOAT32, &()).into()),
        ElementType::Int8 => {
            let (input_scale, inverse_scale) = (unary.input.scale()? as f32, 1.0 / unary.output.scale()? as f32);
            let (input_zero_point, output_zero_point) = (unary.input.zero_point()?, unary.output.zero_point()?);
            // Single precision throughout, as in the reference; its exponential is as good as correctly rounded.
            let table = |value: i8| {
                let real = input_scale * (value as i32 - input_zero_point) as f32;
                let result = if real < 0.0 { libm::exp(real as f64) as f32 - 1.0 } else { real };
                let rounded = libm::roundf(result * inverse_scale) + output_zero_point as f32;
                (rounded as i32).clamp(i8::MIN as i32, i8::MAX as i32) as i8
            };
            Ok(unary.step(&kernel::INT8, &()).table(table).into())
        }
        _ => Err(unary.input.wrong_type("int8 or float32")),
    }
}
