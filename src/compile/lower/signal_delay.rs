//! SignalDelay. The rule and the layout are in [`micro_runtime::kernels::signal_delay`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::signal_delay::{INT16, Parameters};

use super::support::custom_options::Options;
use super::support::rows::full_rows;
use super::support::state::state_elements;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Initial, Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SignalDelay", types: "int16", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..=1)?;
    let (input, output) = (node.input(0)?, node.output(0)?);
    input.require_type(ElementType::Int16)?;
    output.require_type(ElementType::Int16)?;
    output.require_elements(input.elements)?;
    let (row_count, length) = full_rows(&input)?;
    let delay = Options::of(node)?.number("delay_length", 0..=i32::MAX as u32)?;
    if delay == 0 {
        return Ok(Lowered::Alias { input: input.id, output: output.id });
    }
    let state = state_elements(&[row_count, delay], ElementType::Int16)?;
    // Each sample is read before it is written, in order.
    let step = Step::new(&INT16, &Parameters { rows: row_count, length, delay })
        .input(input.id)
        .output(output.id)
        .state(ElementType::Int16, state, Initial::Fill(0))
        .state(ElementType::Uint32, 1, Initial::Fill(0))
        .overlap(0, 0, 0);
    Ok(step.into())
}
