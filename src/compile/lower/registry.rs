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
    softmax::LOWERING,
    squeeze::LOWERING,
    sub::LOWERING,
    tanh::LOWERING,
];

/// The lowering of the op with this name.
pub fn find(name: &str) -> Option<&'static Lowering> {
    ALL.iter().find(|lowering| lowering.name == name)
}
