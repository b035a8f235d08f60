//! SignalEnergy. The rule and the layout are in [`micro_runtime::kernels::signal_energy`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::signal_energy::{INT16, Parameters};

use super::support::custom_options::Options;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SignalEnergy", types: "int16", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..=1)?;
    let (input, output) = (node.input(0)?, node.output(0)?);
    input.require_type(ElementType::Int16)?;
    output.require_type(ElementType::Uint32)?;
    let bins = output.elements;
    input.require_elements(bins.saturating_mul(2))?;
    let options = Options::of(node)?;
    let end = options.number("end_index", 0..=bins)?;
    let first = options.number("start_index", 0..=end)?;
    // The four bytes of a bin are read before its four bytes are written, in order; bins outside of the range are
    // not read at all.
    let step = Step::new(&INT16, &Parameters { first, end }).input(input.id).output(output.id).overlap(0, 0, 0);
    Ok(step.into())
}
