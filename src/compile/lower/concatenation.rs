//! CONCATENATION. The rule and the layout are in [`micro_runtime::kernels::concatenation`].

use micro_runtime::arena::ElementType;

use super::support::join::join;
use super::support::movement::{DAMAGED, one_of, require_rank_at_most, resolve_axis};
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;
use crate::model::schema::ActivationFunctionType;

pub(super) const LOWERING: Lowering =
    Lowering { name: "CONCATENATION", types: "float32, int8, int16, int32, int64, bool", lower };

const TYPES: [ElementType; 6] = [
    ElementType::Float32,
    ElementType::Int8,
    ElementType::Int16,
    ElementType::Int32,
    ElementType::Int64,
    ElementType::Bool,
];

/// The most inputs and the most dimensions that the reference kernel takes.
const MOST_INPUTS: usize = 10;
const MOST_DIMENSIONS: usize = 6;

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1.., 1..=1)?;
    if node.input_count() > MOST_INPUTS {
        return Err(Refusal::unsupported(
            format!("it has {} inputs, at most {MOST_INPUTS} supported", node.input_count()),
            "Concatenate in two steps.",
        ));
    }
    let options = node.table().builtin_options_as_concatenation_options();
    let activation = options.map(|options| options.fused_activation_function()).unwrap_or_default();
    if activation != ActivationFunctionType::NONE {
        return Err(Refusal::unsupported(
            format!("its fused activation is {activation:?}, supported: NONE"),
            "Use the activation as an operator of its own.",
        ));
    }
    let output = node.output(0)?;
    let element_type = one_of(&output, &TYPES)?;
    let axis = resolve_axis(options.map(|options| options.axis()).unwrap_or_default(), output.rank())?;
    let inputs: Vec<TensorRef<'_>> =
        (0..node.input_count()).map(|index| node.input(index)).collect::<Result<_, _>>()?;
    let mut sum = 0u64;
    for input in &inputs {
        input.require_type(element_type)?;
        require_rank_at_most(input, MOST_DIMENSIONS)?;
        let mut needed = output.shape.clone();
        needed[axis] = input.shape.get(axis).copied().unwrap_or(needed[axis]);
        input.require_shape(&needed)?;
        sum += needed[axis] as u64;
        require_same_quantization(input, &output, element_type)?;
    }
    if sum != output.shape[axis] as u64 {
        return Err(output.refusal(
            format_args!("has shape {:?}, but its inputs have {sum} along axis {axis} together", output.shape),
            DAMAGED,
        ));
    }
    join(&inputs, &output, axis)
}

/// Elements are moved as they are, so that they must mean the same everywhere.
fn require_same_quantization(
    input: &TensorRef<'_>,
    output: &TensorRef<'_>,
    element_type: ElementType,
) -> Result<(), Refusal> {
    let help = "Quantise the model again so that all inputs of this operator share the scale of its output.";
    let of = |tensor: &TensorRef<'_>| {
        let scale = tensor.scales.first().copied().unwrap_or(0.0);
        (scale, tensor.zero_points.first().copied().unwrap_or(0))
    };
    match element_type {
        ElementType::Int8 if of(input) != of(output) => Err(input.refusal(
            format_args!("has scale and zero point {:?}, those of the output needed: {:?}", of(input), of(output)),
            help,
        )),
        ElementType::Int16 if of(input).1 != 0 || of(output).1 != 0 => Err(input.refusal(
            format_args!("and the output have the zero points {} and {}, 0 needed", of(input).1, of(output).1),
            help,
        )),
        _ => Ok(()),
    }
}
