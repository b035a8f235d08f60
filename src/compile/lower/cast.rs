//! CAST. The rule is in [`micro_runtime::kernels::cast`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::cast as kernel;

use super::support::unary::Unary;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering =
    Lowering { name: "CAST", types: "bool, int8, int16, int32, uint32, float32, from each to each", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let unary = Unary::of(node)?;
    let (from, to) = (unary.element_type()?, unary.output.known_type()?);
    if let Some(kernel) = kernel::between(from, to) {
        return Ok(unary.step(&kernel, &()).into());
    }
    // Only types that are cast at all are cast to themselves.
    if from == to && (from == ElementType::Bool || kernel::between(from, ElementType::Bool).is_some()) {
        return Ok(Lowered::Alias { input: unary.input.id, output: unary.output.id });
    }
    Err(unary.output.wrong_type(&format!(
        "bool, int8, int16, int32, uint32 or float32 cast from one of these, not from {}",
        from.name()
    )))
}
