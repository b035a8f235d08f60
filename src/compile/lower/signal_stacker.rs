//! SignalStacker. The rule and the layout are in [`micro_runtime::kernels::signal_stacker`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::signal_stacker::{INT16, Parameters};

use super::support::custom_options::Options;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Initial, Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SignalStacker", types: "int16", lower };

/// The most rows of context on either side, far more than any model looks back.
const MAXIMUM_CONTEXT: u32 = 1 << 16;

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 2..=2)?;
    let (input, output, valid) = (node.input(0)?, node.output(0)?, node.output(1)?);
    input.require_type(ElementType::Int16)?;
    output.require_type(ElementType::Int16)?;
    valid.require_type(ElementType::Bool)?;
    valid.require_elements(1)?;
    let options = Options::of(node)?;
    let channels = options.number("num_channels", 1..=i32::MAX as u32)?;
    let repeats = options.number("stacker_left_context", 0..=MAXIMUM_CONTEXT)?;
    let rows = repeats + 1 + options.number("stacker_right_context", 0..=MAXIMUM_CONTEXT)?;
    let step = options.number("stacker_step", 1..=rows)?;
    input.require_elements(channels)?;
    output.require_elements(channels.saturating_mul(rows))?;
    let parameters = Parameters { channels, rows, repeats, step };
    // The row is copied away before anything is written.
    let step = Step::new(&INT16, &parameters)
        .input(input.id)
        .output(output.id)
        .output(valid.id)
        .state(ElementType::Int16, output.elements, Initial::Fill(0))
        .state(ElementType::Uint32, 2, Initial::Fill(0))
        .overlap(0, 0, -2 * i64::from(channels));
    Ok(step.into())
}
