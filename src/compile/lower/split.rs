//! SPLIT and SPLIT_V. The rule and the layout are in [`micro_runtime::kernels::split`].

use micro_runtime::arena::ElementType;

use super::support::join::separate;
use super::support::movement::{DAMAGED, constant_axis, one_of};
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering =
    Lowering { name: "SPLIT", types: "float32, int8, int16, int32", lower: lower_split };

const TYPES: [ElementType; 4] = [ElementType::Float32, ElementType::Int8, ElementType::Int16, ElementType::Int32];

fn lower_split(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..)?;
    lower(node, &node.input(1)?, &node.input(0)?, true)
}

/// Takes `input` apart along the constant `axis`, into the extents that the outputs have.
pub(super) fn lower(
    node: &Node<'_>,
    input: &TensorRef<'_>,
    axis: &TensorRef<'_>,
    is_even: bool,
) -> Result<Lowered, Refusal> {
    let element_type = one_of(input, &TYPES)?;
    let axis = constant_axis(axis, input.rank())?;
    let outputs: Vec<TensorRef<'_>> =
        (0..node.output_count()).map(|index| node.output(index)).collect::<Result<_, _>>()?;
    let mut sum = 0u64;
    for output in &outputs {
        let like = if is_even { &outputs[0] } else { output };
        let mut needed = input.shape.clone();
        needed[axis] = like.shape.get(axis).copied().unwrap_or(needed[axis]);
        output.require_type(element_type)?;
        output.require_shape(&needed)?;
        sum += needed[axis] as u64;
    }
    if sum != input.shape[axis] as u64 {
        return Err(input.refusal(
            format_args!("has shape {:?}, but its parts have {sum} along axis {axis} together", input.shape),
            DAMAGED,
        ));
    }
    separate(input, &outputs, axis)
}
