//! GATHER. The rule and the layout are in [`micro_runtime::kernels::gather`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::gather::{self as kernel, Parameters};

use super::support::movement::{DAMAGED, one_of, resolve_axis, volume};
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "GATHER", types: "float32, int8", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let options = node.table().builtin_options_as_gather_options();
    let (input, indices, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    let element_type = one_of(&input, &[ElementType::Float32, ElementType::Int8])?;
    output.require_type(element_type)?;
    indices.require_type(ElementType::Int32)?;
    let axis = resolve_axis(options.map(|options| options.axis()).unwrap_or_default(), input.rank())?;
    let asked = options.map(|options| options.batch_dims()).unwrap_or_default();
    let shared = if asked < 0 { i64::from(asked) + indices.rank() as i64 } else { i64::from(asked) };
    let shared = usize::try_from(shared).ok().filter(|&shared| {
        shared <= axis && shared <= indices.rank() && input.shape[..shared] == indices.shape[..shared]
    });
    let Some(shared) = shared else {
        return Err(indices.refusal(
            format_args!(
                "has shape {:?}, of which batch_dims = {asked} dimensions are not the first of the input's {:?}",
                indices.shape, input.shape
            ),
            DAMAGED,
        ));
    };
    let shape = [&input.shape[..axis], &indices.shape[shared..], &input.shape[axis + 1..]].concat();
    output.require_shape(&shape)?;
    let parameters = Parameters {
        batches: volume(&input.shape[..shared]),
        outer: volume(&input.shape[shared..axis]),
        axis: input.shape[axis],
        coordinates: volume(&indices.shape[shared..]),
        run: volume(&input.shape[axis + 1..]).saturating_mul(element_type.size() as u32),
    };
    if indices.data.is_some() {
        let known = indices.constant::<i32>(ElementType::Int32, "its indices are known")?;
        if let Some(wrong) =
            known.iter().find(|&&index| u32::try_from(index).map_or(true, |index| index >= parameters.axis))
        {
            return Err(indices.refusal(
                format_args!("holds the index {wrong}, but the input has {} along axis {axis}", parameters.axis),
                DAMAGED,
            ));
        }
    }
    Ok(Step::new(&kernel::BYTES, &parameters).input(input.id).input(indices.id).output(output.id).into())
}
