//! The kernels that a keyword firmware links: those of every operator that models for sound are made of, so that a
//! user's own model runs without a firmware of its own.

use micro_runtime::kernels::*;

micro_runtime::kernels! {
    /// The kernel with a code, among those that the firmware links.
    pub fn find = [
        add::INT8,
        assign_variable::BYTES,
        average_pool_2d::INT8,
        batch_matmul::INT8,
        call_once::KERNEL,
        circular_buffer::INT8,
        concatenation::BYTES,
        conv_2d::INT8,
        conv_2d::INT8_INT4,
        copy::BYTES,
        depthwise_conv_2d::INT8,
        dequantize::INT8,
        dsp::add::INT8,
        dsp::average_pool_2d::INT8,
        dsp::conv_2d::INT8,
        dsp::conv_2d::INT8_INT4,
        dsp::depthwise_conv_2d::INT8,
        dsp::fully_connected::INT8,
        dsp::max_pool_2d::INT8,
        fully_connected::INT8,
        hard_swish::INT8,
        leaky_relu::INT8,
        logistic::INT8,
        max_pool_2d::INT8,
        mean::INT8,
        mul::INT8,
        pad::BYTES,
        prelu::INT8,
        quantize::FLOAT32_TO_INT8,
        quantize::INT8_TO_INT8,
        read_variable::BYTES,
        relu6::INT8,
        relu::INT8,
        softmax::INT8,
        split::BYTES,
        strided_copy::BYTES,
        sub::INT8,
        svdf::INT8,
        svdf::INT8_STATE16,
        tanh::INT8,
        unidirectional_sequence_lstm::INT8,
    ];
    /// Their codes.
    pub const CODES;
}
