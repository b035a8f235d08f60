//! SPACE_TO_DEPTH: a block of places becomes the channels of one. A `STRIDED_COPY`, or another name.

use micro_runtime::arena::ElementType;

use super::support::movement::{DAMAGED, one_of};
use super::support::view::{View, lower_view};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "SPACE_TO_DEPTH", types: "float32, int8", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..=1)?;
    let options = node.table().builtin_options_as_space_to_depth_options();
    let block = options.map(|options| options.block_size()).unwrap_or_default();
    let (input, output) = (node.input(0)?, node.output(0)?);
    one_of(&input, &[ElementType::Float32, ElementType::Int8])?;
    input.require_rank(4)?;
    let (batches, height, width, depth) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3]);
    let size = u32::try_from(block).unwrap_or(0);
    if size == 0 || !height.is_multiple_of(size) || !width.is_multiple_of(size) {
        return Err(input.refusal(
            format_args!("has {height} by {width} places, which blocks of {block} by {block} do not divide"),
            DAMAGED,
        ));
    }
    let channels = depth.saturating_mul(size).saturating_mul(size);
    let (rows, columns) = (height / size, width / size);
    output.require_shape(&[batches, rows, columns, channels])?;
    let place = i64::from(depth);
    let row = place.saturating_mul(i64::from(width));
    let view = View {
        start: 0,
        dimensions: vec![
            (batches, row.saturating_mul(i64::from(height))),
            (rows, row.saturating_mul(i64::from(size))),
            (columns, place.saturating_mul(i64::from(size))),
            (size, row),
            (size, place),
            (depth, 1),
        ],
    };
    lower_view(&input, &output, &view)
}
