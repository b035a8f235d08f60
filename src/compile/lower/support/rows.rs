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

/// The number of rows along the last dimension and the elements in each, both at least 1.
pub fn full_rows(tensor: &TensorRef<'_>) -> Result<(u32, u32), Refusal> {
    match tensor.shape.last() {
        Some(&length) if tensor.elements > 0 => Ok((tensor.elements / length, length)),
        _ => Err(tensor.refusal(
            format_args!("has shape {:?}, rows of at least one element needed", tensor.shape),
            "The model is damaged or was made for another runtime; convert it again.",
        )),
    }
}
