//! EXPAND_DIMS: the same elements with one more dimension of extent 1.

use micro_runtime::arena::ElementType;

use super::support::rename::rename;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "EXPAND_DIMS", types: "all", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let (input, axis, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    axis.require_elements(1)?;
    let value = axis.constant::<i32>(ElementType::Int32, "shapes must be known before power-on")?[0];
    let rank = input.rank() as i64;
    let position = if value < 0 { value as i64 + rank + 1 } else { value as i64 };
    if !(0..=rank).contains(&position) {
        return Err(axis.refusal(
            format_args!("is {value}, {} to {rank} needed for an input of {rank} dimensions", -rank - 1),
            "The model is damaged; convert it again.",
        ));
    }
    let mut shape = input.shape.clone();
    shape.insert(position as usize, 1);
    output.require_shape(&shape)?;
    rename(&input, &output)
}
