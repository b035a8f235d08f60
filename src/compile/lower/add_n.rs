//! ADD_N. The rule is in [`micro_runtime::kernels::add_n`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::add_n::{self as kernel, FloatParameters, Int8Parameters};

use super::support::rescale::{SUM_HEADROOM, requantise, rescale};
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};
use crate::model::schema::ActivationFunctionType;

pub(super) const LOWERING: Lowering = Lowering { name: "ADD_N", types: "int8, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2.., 1..=1)?;
    let inputs: Vec<TensorRef<'_>> =
        (0..node.input_count()).map(|index| node.input(index)).collect::<Result<_, _>>()?;
    let (first, output) = (inputs[0], node.output(0)?);
    let element_type = first.known_type()?;
    for tensor in inputs.iter().chain([&output]) {
        tensor.require_type(element_type)?;
    }
    inputs.iter().try_for_each(|input| input.require_shape(&first.shape))?;
    output.require_elements(first.elements)?;
    let elements = first.elements;
    let step = match element_type {
        ElementType::Int8 => {
            inputs.iter().try_for_each(|input| require_same_quantisation(input, &first))?;
            let unit = 2.0 * first.scale()?;
            let parameters = Int8Parameters {
                elements,
                input: rescale(&first, unit, SUM_HEADROOM)?,
                output: requantise(&output, unit / (1u32 << SUM_HEADROOM) as f64, ActivationFunctionType::NONE)?,
            };
            Step::new(&kernel::INT8, &parameters)
        }
        ElementType::Float32 => Step::new(&kernel::FLOAT32, &FloatParameters { elements }),
        _ => return Err(first.wrong_type(LOWERING.types)),
    };
    let step = inputs.iter().fold(step, |step, input| step.input(input.id));
    Ok(step.output(output.id).element_wise(&inputs, &output).into())
}

fn require_same_quantisation(input: &TensorRef<'_>, first: &TensorRef<'_>) -> Result<(), Refusal> {
    let (found, needed) = ((input.scale()?, input.zero_point()?), (first.scale()?, first.zero_point()?));
    if found == needed {
        return Ok(());
    }
    Err(input.refusal(
        format_args!("has the scale and zero point {found:?}, {needed:?} of input 0 needed"),
        "Quantise the model again, or add the tensors pair by pair.",
    ))
}
