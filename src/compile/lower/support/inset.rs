//! Boxes whose place is known at run time only.

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::Kernel;
use micro_runtime::kernels::support::inset::{DIMENSIONS, Inset};

use super::movement::{DAMAGED, require_rank_at_most};
use crate::compile::error::Refusal;
use crate::compile::lower::TensorRef;

/// `part` as a box of `whole`: of the same type, with as many dimensions, 1 to 6, none of them larger.
pub fn inset(whole: &TensorRef<'_>, part: &TensorRef<'_>) -> Result<Inset, Refusal> {
    let element_type = whole.known_type()?;
    part.require_type(element_type)?;
    require_rank_at_most(whole, DIMENSIONS)?;
    let rank = whole.rank();
    part.require_rank(rank)?;
    if rank == 0 {
        return Err(whole.refusal("is a scalar, at least 1 dimension needed", "Give it a dimension of extent 1."));
    }
    if part.shape.iter().zip(&whole.shape).any(|(part, whole)| part > whole) {
        return Err(part.refusal(
            format_args!("has shape {:?}, at most the {:?} of \"{}\" needed", part.shape, whole.shape, whole.name),
            DAMAGED,
        ));
    }
    let padded = |shape: &[u32]| {
        let mut extents = [1; DIMENSIONS];
        extents[DIMENSIONS - rank..].copy_from_slice(shape);
        extents
    };
    Ok(Inset {
        rank: rank as u32,
        element_bytes: element_type.size() as u32,
        whole: padded(&whole.shape),
        part: padded(&part.shape),
    })
}

/// The kernel for a list of places, one a dimension of `whole`, that is `int32` or `int64`.
pub fn kernel_for_places<'k>(
    places: &TensorRef<'_>,
    whole: &TensorRef<'_>,
    int32: &'k Kernel,
    int64: &'k Kernel,
) -> Result<&'k Kernel, Refusal> {
    places.require_shape(&[whole.rank() as u32])?;
    match places.known_type()? {
        ElementType::Int32 => Ok(int32),
        ElementType::Int64 => Ok(int64),
        _ => Err(places.wrong_type("int32 or int64")),
    }
}
