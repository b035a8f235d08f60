//! The list of all kernels, which the host links.

use super::*;

crate::kernels! {
    /// The kernel with a code, among all there are.
    pub fn all = [
        copy::BYTES,
        average_pool_2d::INT8,
        average_pool_2d::INT16,
        average_pool_2d::FLOAT32,
        conv_2d::INT8,
        conv_2d::INT8_INT4,
        conv_2d::INT16,
        conv_2d::INT16_WIDE,
        conv_2d::FLOAT32,
        depthwise_conv_2d::INT8,
        depthwise_conv_2d::INT8_INT4,
        depthwise_conv_2d::INT16,
        depthwise_conv_2d::FLOAT32,
        fully_connected::INT8,
        fully_connected::INT8_INT4,
        fully_connected::INT16,
        fully_connected::INT16_WIDE,
        fully_connected::FLOAT32,
        softmax::INT8,
        softmax::INT8_TO_INT16,
        softmax::INT16,
        softmax::FLOAT32,
        l2_pool_2d::FLOAT32,
        max_pool_2d::INT8,
        max_pool_2d::INT16,
        max_pool_2d::FLOAT32,
    ];
}
