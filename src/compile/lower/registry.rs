//! The list of lowerings: one line per op.

use super::*;

/// Every op that can be lowered, by name.
pub const ALL: &[Lowering] = &[expand_dims::LOWERING, fully_connected::LOWERING, reshape::LOWERING, squeeze::LOWERING];
pub const ALL: &[Lowering] = &[fully_connected::LOWERING, softmax::LOWERING];
pub const ALL: &[Lowering] = &[
    average_pool_2d::LOWERING,
    conv_2d::LOWERING,
    depthwise_conv_2d::LOWERING,
    fully_connected::LOWERING,
    l2_pool_2d::LOWERING,
    max_pool_2d::LOWERING,
pub const ALL: &[Lowering] = &[
    add::LOWERING,
    div::LOWERING,
    fully_connected::LOWERING,
    maximum::LOWERING,
    minimum::LOWERING,
    mul::LOWERING,
    sub::LOWERING,
];

/// The lowering of the op with this name.
pub fn find(name: &str) -> Option<&'static Lowering> {
    ALL.iter().find(|lowering| lowering.name == name)
}
