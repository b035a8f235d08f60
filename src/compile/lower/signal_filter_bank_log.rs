//! SignalFilterBankLog. The rule and the layout are in [`micro_runtime::kernels::signal_filter_bank_log`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::signal_filter_bank_log::{Parameters, UINT32};

use super::support::custom_options::Options;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SignalFilterBankLog", types: "uint32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..=1)?;
    let (input, output) = (node.input(0)?, node.output(0)?);
    input.require_type(ElementType::Uint32)?;
    output.require_type(ElementType::Int16)?;
    output.require_elements(input.elements)?;
    let options = Options::of(node)?;
    let parameters = Parameters {
        output_scale: options.number("output_scale", 0..=i32::MAX as u32)?,
        correction_bits: options.number("input_correction_bits", 0..=31)?,
    };
    // Before the first logarithm is written, the first four bytes are read; later writes fall further behind.
    let step = Step::new(&UINT32, &parameters).input(input.id).output(output.id).overlap(0, 0, 2 - 4);
    Ok(step.into())
}
