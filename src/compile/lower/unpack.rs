//! UNPACK: one output for each index of a dimension, without that dimension. A SPLIT into extents of 1.

use micro_runtime::arena::ElementType;

use super::support::join::separate;
use super::support::movement::{DAMAGED, one_of, resolve_axis};
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "UNPACK", types: "float32, int8, int16, int32", lower };

const TYPES: [ElementType; 4] = [ElementType::Float32, ElementType::Int8, ElementType::Int16, ElementType::Int32];

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..)?;
    let Some(options) = node.table().builtin_options_as_unpack_options() else {
        return Err(Refusal::new("its options are missing", DAMAGED));
    };
    let input = node.input(0)?;
    let element_type = one_of(&input, &TYPES)?;
    let axis = resolve_axis(options.axis(), input.rank())?;
    let (extent, count) = (input.shape[axis], node.output_count());
    if i64::from(options.num()) != count as i64 || extent as usize != count {
        let num = options.num();
        return Err(input.refusal(
            format_args!("has {extent} along axis {axis} to make {num} outputs of, and there are {count}"),
            DAMAGED,
        ));
    }
    let mut shape = input.shape.clone();
    shape.remove(axis);
    let outputs: Vec<TensorRef<'_>> = (0..count).map(|index| node.output(index)).collect::<Result<_, _>>()?;
    for output in &outputs {
        output.require_type(element_type)?;
        output.require_shape(&shape)?;
    }
    separate(&input, &outputs, axis)
}
