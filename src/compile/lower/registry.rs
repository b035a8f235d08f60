//! The list of lowerings: one line per op.

use super::*;

/// Every op that can be lowered, by name.
pub const ALL: &[Lowering] = &[
    add::LOWERING,
    average_pool_2d::LOWERING,
    cast::LOWERING,
    conv_2d::LOWERING,
    depthwise_conv_2d::LOWERING,
    dequantize::LOWERING,
    div::LOWERING,
    expand_dims::LOWERING,
    fully_connected::LOWERING,
    l2_pool_2d::LOWERING,
    logistic::LOWERING,
    max_pool_2d::LOWERING,
    maximum::LOWERING,
    minimum::LOWERING,
    mul::LOWERING,
    quantize::LOWERING,
    relu::LOWERING,
    relu6::LOWERING,
    reshape::LOWERING,
    signal_delay::LOWERING,
    signal_energy::LOWERING,
    signal_fft_auto_scale::LOWERING,
    signal_filter_bank::LOWERING,
    signal_filter_bank_log::LOWERING,
    signal_filter_bank_spectral_subtraction::LOWERING,
    signal_filter_bank_square_root::LOWERING,
    signal_framer::LOWERING,
    signal_irfft::LOWERING,
    signal_overlap_add::LOWERING,
    signal_pcan::LOWERING,
    signal_rfft::LOWERING,
    signal_stacker::LOWERING,
    signal_window::LOWERING,
    softmax::LOWERING,
    squeeze::LOWERING,
    sub::LOWERING,
    tanh::LOWERING,
];

/// The lowering of the op with this name.
pub fn find(name: &str) -> Option<&'static Lowering> {
    ALL.iter().find(|lowering| lowering.name == name)
}
