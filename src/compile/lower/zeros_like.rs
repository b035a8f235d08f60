//! ZEROS_LIKE. The rule is in [`micro_runtime::kernels::zeros_like`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::zeros_like as kernel;

use super::support::unary::Unary;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "ZEROS_LIKE", types: "int8, int32, int64, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let unary = Unary::of_one_type(node)?;
    match unary.element_type()? {
        ElementType::Int8 | ElementType::Int32 | ElementType::Int64 | ElementType::Float32 => {
            Ok(Step::new(&kernel::BYTES, &()).output(unary.output.id).into())
        }
        _ => Err(unary.input.wrong_type("int8, int32, int64 or float32")),
    }
}
