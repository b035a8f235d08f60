//! LOGISTIC. The rule is in [`micro_runtime::kernels::logistic`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::logistic as kernel;

use super::support::tables::{FixedInput, table_scale};
use super::support::unary::Unary;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "LOGISTIC", types: "int8, int16, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let unary = Unary::of_one_type(node)?;
    Ok(match unary.element_type()? {
        ElementType::Float32 => unary.step(&kernel::FLOAT32, &()).into(),
        ElementType::Int8 => {
            let zero_point = unary.output.zero_point()?;
            if zero_point != -128 {
                return Err(unary.output.refusal(
                    format_args!("has the zero point {zero_point}, -128 needed"),
                    "Quantise the model again; the converter knows this zero point.",
                ));
            }
            let input = FixedInput::of(&unary.input)?;
            unary.step(&kernel::INT8, &()).table(|value| input.logistic(value)).into()
        }
        ElementType::Int16 => unary.step(&kernel::INT16, &table_scale(&unary, 0)?).sigmoid_table().into(),
        _ => return Err(unary.input.wrong_type("int8, int16 or float32")),
    })
}
