//! PACK: tensors of one shape along a new dimension; a CONCATENATION of them with an extent of 1 there.

use micro_runtime::arena::ElementType;

use super::support::join::join;
use super::support::movement::{DAMAGED, one_of, resolve_axis};
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "PACK", types: "float32, int8, int16, int32, int64", lower };

const TYPES: [ElementType; 5] =
    [ElementType::Float32, ElementType::Int8, ElementType::Int16, ElementType::Int32, ElementType::Int64];

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1.., 1..=1)?;
    let Some(options) = node.table().builtin_options_as_pack_options() else {
        return Err(Refusal::new("its options are missing", DAMAGED));
    };
    if i64::from(options.values_count()) != node.input_count() as i64 {
        let (count, inputs) = (options.values_count(), node.input_count());
        return Err(Refusal::new(format!("it packs {count} values but has {inputs} inputs"), DAMAGED));
    }
    let output = node.output(0)?;
    let element_type = one_of(&output, &TYPES)?;
    let axis = resolve_axis(options.axis(), output.rank())?;
    let inputs: Vec<TensorRef<'_>> =
        (0..node.input_count()).map(|index| node.input(index)).collect::<Result<_, _>>()?;
    let mut shape = inputs[0].shape.clone();
    for input in &inputs {
        input.require_type(element_type)?;
        input.require_shape(&shape)?;
    }
    shape.insert(axis.min(shape.len()), inputs.len() as u32);
    output.require_shape(&shape)?;
    join(&inputs, &output, axis)
}
