//! DYNAMIC_UPDATE_SLICE. The rule is in [`micro_runtime::kernels::dynamic_update_slice`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::dynamic_update_slice::{self as kernel, DIMENSIONS, Parameters};

use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering =
    Lowering { name: "DYNAMIC_UPDATE_SLICE", types: "int8, int16, int32, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(3..=3, 1..=1)?;
    let (operand, update, starts, output) = (node.input(0)?, node.input(1)?, node.input(2)?, node.output(0)?);
    let element_type = operand.known_type()?;
    if ![ElementType::Int8, ElementType::Int16, ElementType::Int32, ElementType::Float32].contains(&element_type) {
        return Err(operand.wrong_type(LOWERING.types));
    }
    update.require_type(element_type)?;
    output.require_type(element_type)?;
    output.require_shape(&operand.shape)?;
    let rank = operand.rank();
    if !(1..=DIMENSIONS).contains(&rank) {
        return Err(operand.refusal(
            format_args!("has shape {:?}, 1 to {DIMENSIONS} dimensions supported", operand.shape),
            "Reshape the operand to fewer dimensions.",
        ));
    }
    update.require_rank(rank)?;
    starts.require_shape(&[rank as u32])?;
    if update.shape.iter().zip(&operand.shape).any(|(update, operand)| update > operand) {
        return Err(update.refusal(
            format_args!("has shape {:?}, at most {:?} of the operand needed", update.shape, operand.shape),
            "The shapes in the model contradict each other; convert it again.",
        ));
    }
    let kernel = match starts.known_type()? {
        ElementType::Int32 => kernel::INT32_STARTS,
        ElementType::Int64 => kernel::INT64_STARTS,
        _ => return Err(starts.wrong_type("int32 or int64")),
    };
    let padded = |shape: &[u32]| {
        let mut extents = [1; DIMENSIONS];
        extents[DIMENSIONS - shape.len()..].copy_from_slice(shape);
        extents
    };
    let parameters = Parameters {
        rank: rank as u32,
        element_bytes: element_type.size() as u32,
        operand: padded(&operand.shape),
        update: padded(&update.shape),
    };
    let step = Step::new(&kernel, &parameters)
        .input(operand.id)
        .input(update.id)
        .input(starts.id)
        .output(output.id)
        // The whole operand is moved first, as memmove does it.
        .overlap(0, 0, -(operand.bytes() as i64));
    Ok(step.into())
}
