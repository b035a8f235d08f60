//! SignalFilterBankSquareRoot. The rule and the layout are in
//! [`micro_runtime::kernels::signal_filter_bank_square_root`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::signal_filter_bank_square_root::UINT64;

use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SignalFilterBankSquareRoot", types: "uint64", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let (input, shift, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    input.require_type(ElementType::Uint64)?;
    shift.require_type(ElementType::Int32)?;
    output.require_type(ElementType::Uint32)?;
    shift.require_elements(1)?;
    output.require_elements(input.elements)?;
    // Before the first root is written, the first eight bytes are read; later writes fall further behind.
    let step = Step::new(&UINT64, &()).input(input.id).input(shift.id).output(output.id).overlap(0, 0, 4 - 8);
    Ok(step.into())
}
