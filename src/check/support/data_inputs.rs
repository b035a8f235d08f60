//! Which inputs of an operator that moves data hold the data.

use crate::check::context::{Op, Value};
use crate::model::BuiltinOperator as Kind;

/// The inputs whose codes an operator writes to its output as they are; none for all other operators.
///
/// Pools, CONCATENATION and the PADs are not among them.
pub fn moved_inputs<'m>(op: &Op<'m>) -> Vec<Value<'m>> {
    let positions: &[usize] = match op.kind() {
        Kind::RESHAPE
        | Kind::SQUEEZE
        | Kind::EXPAND_DIMS
        | Kind::TRANSPOSE
        | Kind::SLICE
        | Kind::STRIDED_SLICE
        | Kind::SPLIT_V
        | Kind::UNPACK
        | Kind::GATHER
        | Kind::GATHER_ND
        | Kind::SPACE_TO_DEPTH
        | Kind::DEPTH_TO_SPACE
        | Kind::SPACE_TO_BATCH_ND
        | Kind::BATCH_TO_SPACE_ND
        | Kind::RESIZE_BILINEAR
        | Kind::RESIZE_NEAREST_NEIGHBOR
        | Kind::REVERSE_V2
        | Kind::REDUCE_MAX
        | Kind::REDUCE_MIN
        | Kind::BROADCAST_TO
        | Kind::TILE => &[0],
        Kind::SPLIT => &[1],
        Kind::MAXIMUM | Kind::MINIMUM | Kind::DYNAMIC_UPDATE_SLICE => &[0, 1],
        Kind::SELECT | Kind::SELECT_V2 => &[1, 2],
        Kind::PACK => return op.inputs().collect(),
        _ => &[],
    };
    positions.iter().filter_map(|&position| op.input(position)).collect()
}
