//! DEPTH_TO_SPACE: the channels of a place become a block of places. A `STRIDED_COPY`, or another name.

use micro_runtime::arena::ElementType;

use super::support::movement::{DAMAGED, one_of};
use super::support::view::{View, lower_view};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "DEPTH_TO_SPACE", types: "float32, int8", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..=1)?;
    let options = node.table().builtin_options_as_depth_to_space_options();
    let block = options.map(|options| options.block_size()).unwrap_or_default();
    let (input, output) = (node.input(0)?, node.output(0)?);
    one_of(&input, &[ElementType::Float32, ElementType::Int8])?;
    input.require_rank(4)?;
    let squared = i64::from(block).pow(2);
    let channels = input.shape[3];
    if block < 1 || i64::from(channels) % squared != 0 {
        return Err(input.refusal(
            format_args!("has {channels} channels, which blocks of {block} by {block} places do not divide"),
            DAMAGED,
        ));
    }
    let (batches, height, width, depth) =
        (input.shape[0], input.shape[1], input.shape[2], (i64::from(channels) / squared) as u32);
    let block = block as u32;
    output.require_shape(&[batches, height.saturating_mul(block), width.saturating_mul(block), depth])?;
    let place = i64::from(channels);
    let row = place.saturating_mul(i64::from(width));
    let view = View {
        start: 0,
        dimensions: vec![
            (batches, row.saturating_mul(i64::from(height))),
            (height, row),
            (block, i64::from(depth) * i64::from(block)),
            (width, place),
            (block, i64::from(depth)),
            (depth, 1),
        ],
    };
    lower_view(&input, &output, &view)
}
