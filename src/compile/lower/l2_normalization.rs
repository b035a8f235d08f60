//! L2_NORMALIZATION. The rule is in [`micro_runtime::kernels::l2_normalization`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::l2_normalization::{self as kernel, Parameters};

use super::support::unary::Unary;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;
use crate::model::schema::ActivationFunctionType;

pub(super) const LOWERING: Lowering = Lowering { name: "L2_NORMALIZATION", types: "int8, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let unary = Unary::of_one_type(node)?;
    let options = node.table().builtin_options_as_l2_norm_options();
    let activation = options.map(|options| options.fused_activation_function()).unwrap_or_default();
    if activation != ActivationFunctionType::NONE {
        return Err(Refusal::unsupported(
            format!("its fused activation is {activation:?}, only NONE is supported"),
            "Use the activation as an operator of its own.",
        ));
    }
    unary.output.require_shape(&unary.input.shape)?;
    let (1..=4, Some(&depth)) = (unary.input.rank(), unary.input.shape.last()) else {
        return Err(unary.input.refusal(
            format_args!("has shape {:?}, 1 to 4 dimensions needed", unary.input.shape),
            "Reshape the tensor before this operator.",
        ));
    };
    let (kernel, input_zero_point) = match unary.element_type()? {
        ElementType::Float32 => (kernel::FLOAT32, 0),
        ElementType::Int8 => (kernel::INT8, unary.input.zero_point()?),
        _ => return Err(unary.input.wrong_type("int8 or float32")),
    };
    let rows = unary.input.elements.checked_div(depth).unwrap_or(0);
    // A row is read as a whole, then replaced element by element: in place, like the ops that map single elements.
    Ok(unary.step(&kernel, &Parameters { rows, depth, input_zero_point }).into())
}
