//! RESIZE_BILINEAR. The rule is in [`micro_runtime::kernels::resize_bilinear`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::resize_bilinear::{self as kernel, Axis, FRACTION_BITS, Parameters};

use super::support::resize::Resize;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "RESIZE_BILINEAR", types: "int8, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let options = node.table().builtin_options_as_resize_bilinear_options();
    let resize = Resize::of(
        node,
        options.is_some_and(|options| options.align_corners()),
        options.is_some_and(|options| options.half_pixel_centers()),
    )?;
    if resize.align_corners && resize.half_pixel_centers {
        return Err(Refusal::unsupported(
            "it has both align_corners and half_pixel_centers, which contradict each other",
            "Resize with one of the two.",
        ));
    }
    let (height, width) = (axis(&resize, 1)?, axis(&resize, 2)?);
    let parameters = Parameters { batches: resize.input.shape[0], channels: resize.input.shape[3], height, width };
    let (kernel, distance) = match resize.input.known_type()? {
        ElementType::Float32 => {
            (kernel::FLOAT32, resize.distance(|row| height.place(row).lower, |column| width.place(column).lower))
        }
        ElementType::Int8 => {
            let lower = |axis: Axis| move |position: usize| axis.fixed_place(position).lower;
            (kernel::INT8, resize.distance(lower(height), lower(width)))
        }
        _ => return Err(resize.input.wrong_type("int8 or float32")),
    };
    Ok(Step::new(&kernel, &parameters).input(resize.input.id).output(resize.output.id).overlap(0, 0, distance).into())
}

fn axis(resize: &Resize<'_>, dimension: usize) -> Result<Axis, Refusal> {
    let (input, output, (from, to)) = resize.extents(dimension);
    let (wide_from, wide_to) = (from as u64, to as u64);
    let fixed_scale = ((wide_from << FRACTION_BITS) + wide_to / 2) / wide_to;
    // Places, with their fraction, must fit 31 bits.
    if fixed_scale * (output as u64 + 1) > i32::MAX as u64 >> 1 {
        return Err(resize.input.refusal(
            format_args!("has shape {:?}, extents of at most 1 million needed", resize.input.shape),
            "Resize smaller images.",
        ));
    }
    Ok(Axis {
        input,
        output,
        scale: from as f32 / to as f32,
        fixed_scale: fixed_scale as i32,
        half_pixel_centers: resize.half_pixel_centers as u32,
    })
}
