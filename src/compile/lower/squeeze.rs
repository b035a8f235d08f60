//! SQUEEZE: the same elements without dimensions of extent 1.

use super::support::rename::rename;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "SQUEEZE", types: "all", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..=1)?;
    let (input, output) = (node.input(0)?, node.output(0)?);
    let options = node.table().builtin_options_as_squeeze_options();
    let rank = input.rank() as i64;
    for axis in options.and_then(|options| options.squeeze_dims()).into_iter().flatten() {
        let position = if axis < 0 { axis as i64 + rank } else { axis as i64 };
        if !(0..rank).contains(&position) || input.shape[position as usize] != 1 {
            return Err(input.refusal(
                format_args!("has shape {:?}, so that dimension {axis} cannot be squeezed", input.shape),
                "Only dimensions of extent 1 can go; convert the model again.",
            ));
        }
    }
    rename(&input, &output)
}
