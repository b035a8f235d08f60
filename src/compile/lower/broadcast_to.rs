//! BROADCAST_TO. The rule is in [`micro_runtime::kernels::broadcast_to`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::broadcast_to as kernel;

use super::support::broadcast::with_element_bytes;
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "BROADCAST_TO", types: "every type of whole bytes", lower };

/// The most dimensions of the output.
const DIMENSIONS: usize = 5;

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let (input, shape, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    let element_type = input.known_type()?;
    if element_type == ElementType::Int4 {
        return Err(input.wrong_type(LOWERING.types));
    }
    output.require_type(element_type)?;
    if output.rank() > DIMENSIONS || input.rank() > output.rank() {
        return Err(output.refusal(
            format_args!("has shape {:?}, {} to {DIMENSIONS} dimensions needed", output.shape, input.rank()),
            "Reshape the input to fewer dimensions before it is broadcast.",
        ));
    }
    require_wanted_shape(&shape, &output)?;
    let walk = with_element_bytes(&input, &output)?;
    if input.elements == output.elements {
        return Ok(Lowered::Alias { input: input.id, output: output.id });
    }
    let step = Step::new(&kernel::BYTES, &walk).input(input.id).output(output.id);
    Ok(step.into())
}

/// Requires the constant `shape` to be the shape of the output.
fn require_wanted_shape(shape: &TensorRef<'_>, output: &TensorRef<'_>) -> Result<(), Refusal> {
    shape.require_rank(1)?;
    let why = "the output's shape must be known before power-on";
    let wanted: Vec<i64> = match shape.known_type()? {
        ElementType::Int32 => shape.constant::<i32>(ElementType::Int32, why)?.into_iter().map(i64::from).collect(),
        ElementType::Int64 => shape.constant(ElementType::Int64, why)?,
        _ => return Err(shape.wrong_type("int32 or int64")),
    };
    if wanted.iter().copied().eq(output.shape.iter().map(|&extent| extent as i64)) {
        return Ok(());
    }
    Err(output.refusal(
        format_args!("has shape {:?}, the operator asks for {wanted:?}", output.shape),
        "The shapes in the model contradict each other; convert it again.",
    ))
}
