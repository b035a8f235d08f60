//! REVERSE_V2: some neighbouring dimensions run backwards. A `STRIDED_COPY`, or another name; where the dimensions are
//! known at run time only, [`micro_runtime::kernels::reverse_v2`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::reverse_v2::{self as kernel, Parameters};

use super::support::extents::extents;
use super::support::movement::{DAMAGED, one_of, require_rank_at_most, resolve_axis};
use super::support::view::{View, lower_view, row_major};
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering =
    Lowering { name: "REVERSE_V2", types: "float32, int8, int16, int32, int64, uint8, bool", lower };

const TYPES: [ElementType; 7] = [
    ElementType::Float32,
    ElementType::Int8,
    ElementType::Int16,
    ElementType::Int32,
    ElementType::Int64,
    ElementType::Uint8,
    ElementType::Bool,
];

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let (input, axes, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    one_of(&input, &TYPES)?;
    require_rank_at_most(&input, 6)?;
    axes.require_rank(1)?;
    if axes.data.is_none() {
        return at_run_time(&input, &axes, &output);
    }
    let list = axes.constant::<i32>(ElementType::Int32, "the order of the elements is fixed")?;
    let mut reversed: Vec<usize> =
        list.iter().map(|&axis| resolve_axis(axis, input.rank())).collect::<Result<_, _>>()?;
    reversed.sort_unstable();
    if !reversed.windows(2).all(|pair| pair[0] + 1 == pair[1]) {
        return Err(Refusal::unsupported(
            format!("its axes {list:?} are not neighbours, which the reference kernel needs"),
            "Reverse one dimension after the other.",
        ));
    }
    output.require_shape(&input.shape)?;
    let mut view = View { start: 0, dimensions: Vec::new() };
    for (dimension, (&extent, stride)) in input.shape.iter().zip(row_major(&input.shape)).enumerate() {
        if reversed.contains(&dimension) {
            view.start = view.start.saturating_add((extent as i64 - 1).saturating_mul(stride));
            view.dimensions.push((extent, -stride));
        } else {
            view.dimensions.push((extent, stride));
        }
    }
    lower_view(&input, &output, &view)
}

fn at_run_time(input: &TensorRef<'_>, axes: &TensorRef<'_>, output: &TensorRef<'_>) -> Result<Lowered, Refusal> {
    axes.require_type(ElementType::Int32)?;
    output.require_type(input.known_type()?)?;
    output.require_shape(&input.shape)?;
    let rank = input.rank();
    if !(1..=rank as u32).contains(&axes.elements) {
        return Err(axes
            .refusal(format_args!("has {} values, 1 to {rank} needed for {:?}", axes.elements, input.shape), DAMAGED));
    }
    let parameters =
        Parameters { shape: extents(input)?, element_bytes: input.known_type()?.size() as u32, axes: axes.elements };
    Ok(Step::new(&kernel::BYTES, &parameters).input(input.id).input(axes.id).output(output.id).into())
}
