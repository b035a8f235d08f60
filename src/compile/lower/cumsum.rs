//! CUMSUM. The rule is in [`micro_runtime::kernels::cumsum`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::cumsum::{self as kernel, AnyAxis, Axis, Int8AnyAxisParameters, Int8Parameters};
use micro_runtime::kernels::support::rescale::{Requantise, Rescale};

use super::support::extents::extents;
use super::support::rescale::{SUM_HEADROOM, requantise, rescale};
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};
use crate::model::schema::ActivationFunctionType;

pub(super) const LOWERING: Lowering = Lowering { name: "CUMSUM", types: "int8, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let (input, axis, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    let element_type = input.known_type()?;
    output.require_type(element_type)?;
    output.require_shape(&input.shape)?;
    axis.require_elements(1)?;
    let options = node.table().builtin_options_as_cumsum_options();
    let exclusive = options.is_some_and(|options| options.exclusive()) as u16;
    let reverse = options.is_some_and(|options| options.reverse()) as u16;
    if axis.data.is_none() {
        let any = AnyAxis { shape: extents(&input)?, exclusive, reverse };
        return at_run_time(&input, &axis, &output, any);
    }
    let found = axis.constant::<i32>(ElementType::Int32, "the axis must be known before power-on")?;
    let rank = input.rank() as i64;
    let wanted = found.first().map_or(0, |&axis| axis as i64);
    let at = if wanted < 0 { wanted + rank } else { wanted };
    if !(0..rank).contains(&at) {
        return Err(axis.refusal(
            format_args!("is the axis {wanted}, an input of {rank} dimensions has {} to {}", -rank, rank - 1),
            "The shapes in the model contradict each other; convert it again.",
        ));
    }
    let (before, after) = input.shape.split_at(at as usize);
    // With an extent of 0 somewhere the rest need not have a product that fits; nothing is summed then.
    let product = |extents: &[u32]| if input.elements == 0 { 0 } else { extents.iter().product() };
    let axis =
        Axis { outer: product(before), depth: product(&after[..1]), inner: product(&after[1..]), exclusive, reverse };
    let step = match element_type {
        ElementType::Int8 => {
            let (input, output) = scales(&input, &output)?;
            Step::new(&kernel::INT8, &Int8Parameters { axis, input, output })
        }
        ElementType::Float32 => Step::new(&kernel::FLOAT32, &axis),
        _ => return Err(input.wrong_type(LOWERING.types)),
    };
    let step = step.input(input.id).output(output.id);
    // Along the last axis, elements are read and written one by one in the order in which they lie.
    Ok(if axis.inner == 1 && axis.reverse == 0 { step.overlap(0, 0, 0) } else { step }.into())
}

fn at_run_time(
    input: &TensorRef<'_>,
    axis: &TensorRef<'_>,
    output: &TensorRef<'_>,
    any: AnyAxis,
) -> Result<Lowered, Refusal> {
    axis.require_type(ElementType::Int32)?;
    let step = match input.known_type()? {
        ElementType::Int8 => {
            let (input, output) = scales(input, output)?;
            Step::new(&kernel::INT8_ANY_AXIS, &Int8AnyAxisParameters { axis: any, input, output })
        }
        ElementType::Float32 => Step::new(&kernel::FLOAT32_ANY_AXIS, &any),
        _ => return Err(input.wrong_type(LOWERING.types)),
    };
    Ok(step.input(input.id).input(axis.id).output(output.id).into())
}

/// From input steps to the scale of the sums, which is twice that of the input, and from there to output steps.
fn scales(input: &TensorRef<'_>, output: &TensorRef<'_>) -> Result<(Rescale, Requantise), Refusal> {
    let unit = 2.0 * input.scale()?;
    let sums = unit / (1u32 << SUM_HEADROOM) as f64;
    Ok((rescale(input, unit, SUM_HEADROOM)?, requantise(output, sums, ActivationFunctionType::NONE)?))
}
