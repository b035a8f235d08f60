//! RESIZE_NEAREST_NEIGHBOR. The rule is in [`micro_runtime::kernels::resize_nearest_neighbor`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::resize_nearest_neighbor::{self as kernel, Axis, Parameters};

use super::support::resize::Resize;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering =
    Lowering { name: "RESIZE_NEAREST_NEIGHBOR", types: "int8, int16, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let options = node.table().builtin_options_as_resize_nearest_neighbor_options();
    let resize = Resize::of(
        node,
        options.is_some_and(|options| options.align_corners()),
        options.is_some_and(|options| options.half_pixel_centers()),
    )?;
    let size = match resize.input.known_type()? {
        ElementType::Int8 => 1,
        ElementType::Int16 => 2,
        ElementType::Float32 => 4,
        _ => return Err(resize.input.wrong_type("int8, int16 or float32")),
    };
    let axis = |dimension| {
        let (input, output, (from, to)) = resize.extents(dimension);
        let offset = if resize.half_pixel_centers { 0.5 } else { 0.0 };
        Axis { input, output, scale: from as f32 / to as f32, offset, rounds: resize.align_corners as u32 }
    };
    let (height, width) = (axis(1), axis(2));
    let parameters =
        Parameters { batches: resize.input.shape[0], pixel_bytes: resize.input.shape[3] * size, height, width };
    let distance = resize.distance(|row| height.source(row), |column| width.source(column));
    Ok(Step::new(&kernel::BYTES, &parameters)
        .input(resize.input.id)
        .output(resize.output.id)
        .overlap(0, 0, distance)
        .into())
}
