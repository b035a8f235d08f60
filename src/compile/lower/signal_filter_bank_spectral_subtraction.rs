//! SignalFilterBankSpectralSubtraction. The rule and the layout are in
//! [`micro_runtime::kernels::signal_filter_bank_spectral_subtraction`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::signal_filter_bank_spectral_subtraction::{Parameters, UINT32};

use super::support::custom_options::Options;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Initial, Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SignalFilterBankSpectralSubtraction", types: "uint32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 2..=2)?;
    let (input, output, noise) = (node.input(0)?, node.output(0)?, node.output(1)?);
    for tensor in [&input, &output, &noise] {
        tensor.require_type(ElementType::Uint32)?;
    }
    let options = Options::of(node)?;
    let channels = options.number("num_channels", 1..=u16::MAX.into())?;
    for tensor in [&input, &output, &noise] {
        tensor.require_elements(channels)?;
    }
    let fraction = |name| options.number(name, 0..=i32::MAX as u32);
    let parameters = Parameters {
        even_smoothing: fraction("smoothing")?,
        even_one_minus_smoothing: fraction("one_minus_smoothing")?,
        odd_smoothing: fraction("alternate_smoothing")?,
        odd_one_minus_smoothing: fraction("alternate_one_minus_smoothing")?,
        min_signal_remaining: fraction("min_signal_remaining")?,
        smoothing_bits: options.number("smoothing_bits", 0..=31)?,
        fraction_bits: options.number("spectral_subtraction_bits", 0..=63)?,
        clamping: options.bool("clamping")? as u32,
    };
    // Each level is read before it is written, in order.
    let step = Step::new(&UINT32, &parameters)
        .input(input.id)
        .output(output.id)
        .output(noise.id)
        .state(ElementType::Uint32, channels, Initial::Fill(0))
        .overlap(0, 0, 0);
    Ok(step.into())
}
