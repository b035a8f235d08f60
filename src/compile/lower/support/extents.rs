//! Shapes some of whose dimensions are named at run time.

use micro_runtime::kernels::support::extents::{DIMENSIONS, Extents};

use super::movement::require_rank_at_most;
use crate::compile::error::Refusal;
use crate::compile::lower::TensorRef;

/// The shape of `tensor`, which needs 1 to 6 dimensions.
pub fn extents(tensor: &TensorRef<'_>) -> Result<Extents, Refusal> {
    require_rank_at_most(tensor, DIMENSIONS)?;
    if tensor.rank() == 0 {
        return Err(tensor.refusal("is a scalar, at least 1 dimension needed", "Give it a dimension of extent 1."));
    }
    let mut extents = [1; DIMENSIONS];
    // The other extents of a tensor without elements need not have a product that fits.
    let known = |&extent: &u32| if tensor.elements == 0 { 0 } else { extent };
    extents.iter_mut().zip(&tensor.shape).for_each(|(extent, found)| *extent = known(found));
    Ok(Extents { rank: tensor.rank() as u32, extents })
}
