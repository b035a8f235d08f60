//! SignalPCAN. The rule and the layout are in [`micro_runtime::kernels::signal_pcan`].

use micro_runtime::arena::ElementType;
use micro_runtime::frontend::pcan::GAIN_TABLE_LENGTH;
use micro_runtime::kernels::signal_pcan::{Parameters, UINT32};

use super::support::custom_options::Options;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SignalPCAN", types: "uint32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(3..=3, 1..=1)?;
    let (input, noise, gains, output) = (node.input(0)?, node.input(1)?, node.input(2)?, node.output(0)?);
    for tensor in [&input, &noise, &output] {
        tensor.require_type(ElementType::Uint32)?;
        tensor.require_elements(input.elements)?;
    }
    gains.require_type(ElementType::Int16)?;
    if (gains.elements as usize) < GAIN_TABLE_LENGTH {
        return Err(gains.refusal(
            format_args!("has shape {:?}, {GAIN_TABLE_LENGTH} gains needed", gains.shape),
            "The gain table is cut short; make the preprocessor model again.",
        ));
    }
    let parameters = Parameters { shift: Options::of(node)?.number("snr_shift", 0..=63)? };
    // A level and its noise are read before the result is written, in order.
    let step = Step::new(&UINT32, &parameters)
        .input(input.id)
        .input(noise.id)
        .input(gains.id)
        .output(output.id)
        .overlap(0, 0, 0)
        .overlap(1, 0, 0);
    Ok(step.into())
}
