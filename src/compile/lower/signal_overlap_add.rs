//! SignalOverlapAdd. The rule and the layout are in [`micro_runtime::kernels::signal_overlap_add`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::signal_overlap_add::{FLOAT32, INT16, Parameters};

use super::support::custom_options::Options;
use super::support::rows::full_rows;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Initial, Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SignalOverlapAdd", types: "int16, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..=1)?;
    let (input, output) = (node.input(0)?, node.output(0)?);
    let element_type = input.known_type()?;
    let kernel = match element_type {
        ElementType::Int16 => INT16,
        ElementType::Float32 => FLOAT32,
        _ => return Err(input.wrong_type("int16 or float32")),
    };
    output.require_type(element_type)?;
    let (all_frames, size) = full_rows(&input)?;
    if input.rank() < 2 {
        input.require_rank(2)?;
    }
    let frames = input.shape[input.rank() - 2];
    let row_count = all_frames / frames;
    let step = Options::of(node)?.number("frame_step", 1..=size)?;
    output.require_elements(all_frames * step)?;
    let bytes = element_type.size() as i64;
    // A frame is added to the state before its step is written, and steps are no longer than frames: the writes are
    // closest to the reads after the first frame.
    let distance = (i64::from(step) - i64::from(size)) * bytes;
    let step = Step::new(&kernel, &Parameters { rows: row_count, frames, size, step })
        .input(input.id)
        .output(output.id)
        .state(element_type, row_count * size, Initial::Fill(0))
        .overlap(0, 0, distance);
    Ok(step.into())
}
