//! DYNAMIC_UPDATE_SLICE. The rule is in [`micro_runtime::kernels::dynamic_update_slice`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::dynamic_update_slice as kernel;

use super::support::inset::{inset, kernel_for_places};
use super::support::movement::one_of;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering =
    Lowering { name: "DYNAMIC_UPDATE_SLICE", types: "int8, int16, int32, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(3..=3, 1..=1)?;
    let (operand, update, starts, output) = (node.input(0)?, node.input(1)?, node.input(2)?, node.output(0)?);
    let element_type =
        one_of(&operand, &[ElementType::Int8, ElementType::Int16, ElementType::Int32, ElementType::Float32])?;
    output.require_type(element_type)?;
    output.require_shape(&operand.shape)?;
    let parameters = inset(&operand, &update)?;
    let kernel = kernel_for_places(&starts, &operand, &kernel::INT32_STARTS, &kernel::INT64_STARTS)?;
    let step = Step::new(kernel, &parameters)
        .input(operand.id)
        .input(update.id)
        .input(starts.id)
        .output(output.id)
        // The whole operand is moved first, as memmove does it.
        .overlap(0, 0, -(operand.bytes() as i64));
    Ok(step.into())
}
