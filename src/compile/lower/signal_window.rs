//! SignalWindow. The rule and the layout are in [`micro_runtime::kernels::signal_window`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::signal_window::{INT16, Parameters};

use super::support::custom_options::Options;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SignalWindow", types: "int16", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let (input, weights, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    for tensor in [&input, &weights, &output] {
        tensor.require_type(ElementType::Int16)?;
    }
    weights.require_rank(1)?;
    if weights.elements == 0 || !input.elements.is_multiple_of(weights.elements) {
        return Err(weights.refusal(
            format_args!("has {} elements, which do not divide the {} samples", weights.elements, input.elements),
            "The shapes in the model contradict each other; convert it again.",
        ));
    }
    output.require_elements(input.elements)?;
    let parameters = Parameters { shift: Options::of(node)?.number("shift", 0..=31)? };
    // Each sample is read before it is written, in order.
    let step = Step::new(&INT16, &parameters).input(input.id).input(weights.id).output(output.id).overlap(0, 0, 0);
    Ok(step.into())
}
