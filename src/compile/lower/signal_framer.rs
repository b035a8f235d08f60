//! SignalFramer. The rule and the layout are in [`micro_runtime::kernels::signal_framer`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::signal_framer::{INT16, Parameters};

use super::signal_rfft::require_rows;
use super::support::custom_options::Options;
use super::support::rows::full_rows;
use super::support::state::state_elements;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Initial, Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SignalFramer", types: "int16", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 2..=2)?;
    let (input, output, valid) = (node.input(0)?, node.output(0)?, node.output(1)?);
    input.require_type(ElementType::Int16)?;
    output.require_type(ElementType::Int16)?;
    valid.require_type(ElementType::Bool)?;
    valid.require_elements(1)?;
    let (row_count, length) = full_rows(&input)?;
    let options = Options::of(node)?;
    let size = options.number("frame_size", 1..=i32::MAX as u32)?;
    let step = options.number("frame_step", 1..=size)?;
    if length % step != 0 {
        return Err(input.refusal(
            format_args!("has rows of {length} samples, a multiple of the frame step {step} needed"),
            "Feed the operator whole steps.",
        ));
    }
    let frames = length / step;
    require_rows(&output, row_count * frames, size)?;
    let state = state_elements(&[row_count, size.div_ceil(step), step], ElementType::Int16)?;
    // The zeros that a stream is filled up with in front are what the memory starts as.
    let held = if options.bool("prefill")? { size - step } else { 0 };
    let parameters = Parameters { rows: row_count, frames, size, step };
    let step = Step::new(&INT16, &parameters)
        .input(input.id)
        .output(output.id)
        .output(valid.id)
        .state(ElementType::Int16, state, Initial::Fill(0))
        .state(ElementType::Uint32, 1, Initial::Data(held.to_le_bytes().to_vec()))
        .overlap(0, 0, distance(row_count * frames, size, step));
    Ok(step.into())
}

/// A step of the input is copied away before a frame is written, and frames are no shorter than steps: the writes are
/// furthest ahead when the last step is still to be read.
fn distance(frames: u32, size: u32, step: u32) -> i64 {
    i64::from(frames - 1) * i64::from(size - step) * 2
}
