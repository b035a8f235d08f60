//! RESHAPE: the same elements under another shape.

use micro_runtime::arena::ElementType;

use super::support::rename::rename;
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "RESHAPE", types: "all", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=2, 1..=1)?;
    let (input, output) = (node.input(0)?, node.output(0)?);
    let asked = match node.optional_input(1) {
        Some(shape) if shape.data.is_some() && shape.element_type == Some(ElementType::Int32) => {
            Some(shape.constant::<i32>(ElementType::Int32, "shapes must be known before power-on")?)
        }
        // The shape of the output is fixed in the model, whatever the tensor will hold. TFLM looks at `int32` only.
        Some(_) => None,
        None => {
            let options = node.table().builtin_options_as_reshape_options();
            options.and_then(|options| options.new_shape()).map(|shape| shape.iter().collect())
        }
    };
    if let Some(asked) = asked {
        check_shape(&asked, &output)?;
    }
    rename(&input, &output)
}

/// Requires the shape that the operator asks for, with at most one unknown extent, to hold the output's elements.
fn check_shape(asked: &[i32], output: &TensorRef<'_>) -> Result<(), Refusal> {
    let help = "The model is damaged or was made by a broken converter; convert it again.";
    // Old converters write a scalar as [0].
    if asked == [0] && output.rank() == 0 {
        return Ok(());
    }
    if asked.iter().any(|&extent| extent < -1) || asked.iter().filter(|&&extent| extent == -1).count() > 1 {
        return Err(Refusal::new(format!("it asks for the shape {asked:?}; at most one extent may be -1"), help));
    }
    let known = asked.iter().filter(|&&extent| extent >= 0);
    let elements = known.fold(1u64, |product, &extent| product.saturating_mul(extent as u64));
    let fits = match asked.contains(&-1) {
        true => elements != 0 && (output.elements as u64).is_multiple_of(elements),
        false => elements == output.elements as u64,
    };
    if fits {
        return Ok(());
    }
    Err(output.refusal(
        format_args!("has {} elements, which the shape asked for, {asked:?}, does not hold", output.elements),
        help,
    ))
}
