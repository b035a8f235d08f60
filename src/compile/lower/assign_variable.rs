//! ASSIGN_VARIABLE. The rule and the layout are in [`micro_runtime::kernels::assign_variable`].

use micro_runtime::kernels::assign_variable::BYTES;

use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "ASSIGN_VARIABLE", types: "any", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 0..=0)?;
    let (handle, value) = (node.input(0)?, node.input(1)?);
    let variable = node.variable(&handle)?.operand(value.known_type()?, value.bytes())?;
    let mut step = Step::new(&BYTES, &()).input(value.id).impure();
    step.outputs.push(variable);
    Ok(step.into())
}
