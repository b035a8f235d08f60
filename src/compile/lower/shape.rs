//! SHAPE. The rule is in [`micro_runtime::kernels::shape`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::shape as kernel;

use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SHAPE", types: "any type to int32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..=1)?;
    let (input, output) = (node.input(0)?, node.output(0)?);
    output.require_type(ElementType::Int32)?;
    output.require_elements(input.rank() as u32)?;
    // The model's extents come from int32 fields.
    let extents: Vec<i32> = input.shape.iter().map(|&extent| extent as i32).collect();
    Ok(Step::new(&kernel::INT32, &()).constant(ElementType::Int32, &extents).output(output.id).into())
}
