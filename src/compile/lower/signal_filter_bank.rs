//! SignalFilterBank. The rule and the layout are in [`micro_runtime::kernels::signal_filter_bank`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::signal_filter_bank::UINT32;

use super::support::custom_options::Options;
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SignalFilterBank", types: "uint32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(6..=6, 1..=1)?;
    let (input, weights, unweights) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let (frequency_starts, weight_starts, widths) = (node.input(3)?, node.input(4)?, node.input(5)?);
    let output = node.output(0)?;
    input.require_type(ElementType::Uint32)?;
    output.require_type(ElementType::Uint64)?;
    for table in [&weights, &unweights, &frequency_starts, &weight_starts, &widths] {
        table.require_type(ElementType::Int16)?;
    }
    unweights.require_elements(weights.elements)?;
    let channels = Options::of(node)?.number("num_channels", 1..=u16::MAX.into())?;
    for table in [&frequency_starts, &weight_starts, &widths] {
        table.require_elements(channels + 1)?;
    }
    output.require_elements(channels)?;
    require_inside(&frequency_starts, &widths, input.elements, "bins")?;
    require_inside(&weight_starts, &widths, weights.elements, "weights")?;
    let step = [input, weights, unweights, frequency_starts, weight_starts, widths]
        .iter()
        .fold(Step::new(&UINT32, &()), |step, tensor| step.input(tensor.id));
    Ok(step.output(output.id).into())
}

/// Requires every band to end inside a table of `length` elements. What constants do not say, the kernel checks.
fn require_inside(starts: &TensorRef<'_>, widths: &TensorRef<'_>, length: u32, what: &str) -> Result<(), Refusal> {
    if starts.data.is_none() || widths.data.is_none() {
        return Ok(());
    }
    let why = "the bands of a filter bank are tables";
    let values = |table: &TensorRef<'_>| table.constant::<i16>(ElementType::Int16, why);
    for (band, (start, width)) in values(starts)?.into_iter().zip(values(widths)?).enumerate() {
        let end = i64::from(start) + i64::from(width);
        if width > 0 && (start < 0 || end > i64::from(length)) {
            return Err(starts.refusal(
                format_args!("puts band {band} at {start} to {end}, there are {length} {what}"),
                "The tables of this filter bank are broken; make the preprocessor model again.",
            ));
        }
    }
    Ok(())
}
