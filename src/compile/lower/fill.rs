//! FILL. The rule is in [`micro_runtime::kernels::fill`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::fill as kernel;

use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering =
    Lowering { name: "FILL", types: "int8, int32, float32, with int32 or int64 extents", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let (extents, value, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    match value.known_type()? {
        ElementType::Int8 | ElementType::Int32 | ElementType::Float32 => {}
        _ => return Err(value.wrong_type("int8, int32 or float32")),
    }
    output.require_type(value.known_type()?)?;
    value.require_rank(0)?;
    let why = "the shape of the output must be known before power-on";
    let shape: Vec<i64> = match extents.known_type()? {
        ElementType::Int8 => widened(extents.constant::<i8>(ElementType::Int8, why)?),
        ElementType::Int16 => widened(extents.constant::<i16>(ElementType::Int16, why)?),
        ElementType::Int32 => widened(extents.constant::<i32>(ElementType::Int32, why)?),
        ElementType::Int64 => extents.constant::<i64>(ElementType::Int64, why)?,
        _ => return Err(extents.wrong_type("int8, int16, int32 or int64")),
    };
    if !shape.iter().copied().eq(output.shape.iter().map(|&extent| extent as i64)) {
        return Err(output.refusal(
            format_args!("has shape {:?}, {shape:?} needed by the extents", output.shape),
            "The shapes in the model contradict each other; convert it again.",
        ));
    }
    Ok(Step::new(&kernel::BYTES, &()).input(value.id).output(output.id).into())
}

fn widened<T: Into<i64>>(values: Vec<T>) -> Vec<i64> {
    values.into_iter().map(Into::into).collect()
}
