//! SignalFftAutoScale. The rule and the layout are in [`micro_runtime::kernels::signal_fft_auto_scale`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::signal_fft_auto_scale::INT16;

use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SignalFftAutoScale", types: "int16", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 2..=2)?;
    let (input, output, shift) = (node.input(0)?, node.output(0)?, node.output(1)?);
    input.require_type(ElementType::Int16)?;
    output.require_type(ElementType::Int16)?;
    shift.require_type(ElementType::Int32)?;
    output.require_elements(input.elements)?;
    shift.require_elements(1)?;
    // All samples are searched before the first is written; then each is read before it is written, in order.
    let step = Step::new(&INT16, &()).input(input.id).output(output.id).output(shift.id).overlap(0, 0, 0);
    Ok(step.into())
}
