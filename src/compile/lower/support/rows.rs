//! Tensors as rows along their last dimension.

use micro_runtime::kernels::support::rows::Rows;

use crate::compile::error::Refusal;
use crate::compile::lower::TensorRef;

/// The rows along the last dimension, of which there must be one. A tensor without elements has no rows.
pub fn rows(tensor: &TensorRef<'_>) -> Result<Rows, Refusal> {
    let Some(&depth) = tensor.shape.last() else {
        return Err(tensor.refusal(
            "is a scalar, at least 1 dimension needed",
            "Give the tensor a dimension along which the op can work.",
        ));
    };
    let depth = depth.max(1);
    Ok(Rows { rows: tensor.elements / depth, depth })
}
