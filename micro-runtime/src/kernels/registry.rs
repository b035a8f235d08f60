//! The list of all kernels, which the host links.

use super::*;

crate::kernels! {
    /// The kernel with a code, among all there are.
    pub fn all = [
        copy::BYTES,
        fully_connected::INT8,
        fully_connected::INT8_INT4,
        fully_connected::INT16,
        fully_connected::INT16_WIDE,
        fully_connected::FLOAT32,
        softmax::INT8,
        softmax::INT8_TO_INT16,
        softmax::INT16,
        softmax::FLOAT32,
    ];
}
