//! SLICE: a box of the input, given by where it begins and how large it is. A `STRIDED_COPY`, or another name; where that
//! is known at run time only, [`micro_runtime::kernels::slice`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::slice as kernel;

use super::support::inset::{inset, kernel_for_places};
use super::support::movement::{DAMAGED, integers, one_of, require_rank_at_most};
use super::support::view::{View, lower_view, row_major};
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SLICE", types: "float32, int8, int16, int32, bool", lower };

const TYPES: [ElementType; 5] =
    [ElementType::Float32, ElementType::Int8, ElementType::Int16, ElementType::Int32, ElementType::Bool];

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(3..=3, 1..=1)?;
    let (input, output) = (node.input(0)?, node.output(0)?);
    one_of(&input, &TYPES)?;
    require_rank_at_most(&input, 5)?;
    let (begin, size) = (node.input(1)?, node.input(2)?);
    size.require_type(begin.known_type()?)?;
    if begin.data.is_none() || size.data.is_none() {
        return at_run_time(&input, &begin, &size, &output);
    }
    let begin = integers(&begin, input.rank())?;
    let size = integers(&size, input.rank())?;
    let strides = row_major(&input.shape);
    let mut view = View { start: 0, dimensions: Vec::new() };
    let mut shape = Vec::new();
    for (dimension, &extent) in input.shape.iter().enumerate() {
        let (begin, size, extent) = (begin[dimension], size[dimension], extent as i64);
        let size = if size == -1 { extent.saturating_sub(begin) } else { size };
        if begin < 0 || size < 0 || begin.checked_add(size).is_none_or(|end| end > extent) {
            return Err(input.refusal(
                format_args!("has {extent} along dimension {dimension}; {size} from {begin} is not inside"),
                DAMAGED,
            ));
        }
        view.start = view.start.saturating_add(begin.saturating_mul(strides[dimension]));
        view.dimensions.push((size as u32, strides[dimension]));
        shape.push(size as u32);
    }
    output.require_shape(&shape)?;
    lower_view(&input, &output, &view)
}

/// The box has the shape that the file gives the output, wherever it begins.
fn at_run_time(
    input: &TensorRef<'_>,
    begin: &TensorRef<'_>,
    size: &TensorRef<'_>,
    output: &TensorRef<'_>,
) -> Result<Lowered, Refusal> {
    let parameters = inset(input, output)?;
    let kernel = kernel_for_places(begin, input, &kernel::INT32_STARTS, &kernel::INT64_STARTS)?;
    size.require_shape(&begin.shape)?;
    let step = Step::new(kernel, &parameters).input(input.id).input(begin.id).input(size.id).output(output.id);
    Ok(step.into())
}
