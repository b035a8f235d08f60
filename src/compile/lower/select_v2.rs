//! SELECT_V2. The rule is in [`micro_runtime::kernels::select_v2`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::select_v2 as kernel;

use super::support::broadcast::broadcast;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SELECT_V2", types: "int8, int16, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(3..=3, 1..=1)?;
    let (condition, first, second, output) = (node.input(0)?, node.input(1)?, node.input(2)?, node.output(0)?);
    condition.require_type(ElementType::Bool)?;
    let element_type = first.known_type()?;
    second.require_type(element_type)?;
    output.require_type(element_type)?;
    let kernel = match element_type {
        ElementType::Int8 => kernel::INT8,
        ElementType::Int16 => kernel::INT16,
        ElementType::Float32 => kernel::FLOAT32,
        _ => return Err(first.wrong_type(LOWERING.types)),
    };
    let inputs = [condition, first, second];
    let step = Step::new(&kernel, &broadcast(&inputs, &output)?)
        .input(condition.id)
        .input(first.id)
        .input(second.id)
        .output(output.id)
        .element_wise(&inputs, &output);
    Ok(step.into())
}
