//! READ_VARIABLE. The rule and the layout are in [`micro_runtime::kernels::read_variable`].

use micro_runtime::kernels::read_variable::BYTES;

use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "READ_VARIABLE", types: "any", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..=1)?;
    let (handle, output) = (node.input(0)?, node.output(0)?);
    let variable = node.variable(&handle)?.operand(output.known_type()?, output.bytes())?;
    let mut step = Step::new(&BYTES, &()).output(output.id).impure();
    step.inputs.push(variable);
    Ok(step.into())
}
