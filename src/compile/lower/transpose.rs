//! TRANSPOSE: dimension `k` of the output is dimension `permutation[k]` of the input. A `STRIDED_COPY`, or another name.

use micro_runtime::arena::ElementType;

use super::support::movement::{DAMAGED, integers_32, one_of, require_rank_at_most};
use super::support::view::{View, lower_view, row_major};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "TRANSPOSE", types: "float32, int8, int16", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let (input, permutation, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    one_of(&input, &[ElementType::Float32, ElementType::Int8, ElementType::Int16])?;
    require_rank_at_most(&input, 5)?;
    let order = integers_32(&permutation, input.rank())?;
    if !(0..order.len()).all(|dimension| order.contains(&(dimension as i64))) {
        return Err(permutation.refusal(
            format_args!("holds {order:?}, each of 0 to {} needed once", order.len().saturating_sub(1)),
            DAMAGED,
        ));
    }
    let strides = row_major(&input.shape);
    let of = |dimension: &i64| (input.shape[*dimension as usize], strides[*dimension as usize]);
    let view = View { start: 0, dimensions: order.iter().map(of).collect() };
    let shape: Vec<u32> = view.dimensions.iter().map(|(extent, _)| *extent).collect();
    output.require_shape(&shape)?;
    lower_view(&input, &output, &view)
}
