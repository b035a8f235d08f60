//! LOGICAL_OR: whether at least one of two `bool` elements is true, with broadcasting.

use super::support::binary::{Binary, kernel};
use super::support::broadcast::Broadcast;
use super::{Kernel, code, number};

struct Bool;

impl Binary for Bool {
    type Left = u8;
    type Right = u8;
    type Out = u8;
    type Parameters = Broadcast;

    #[inline(always)]
    fn apply(_: &Broadcast, left: u8, right: u8) -> u8 {
        ((left != 0) | (right != 0)) as u8
    }
}

/// `bool`.
pub const BOOL: Kernel = kernel::<Bool>(code(number::LOGICAL_OR, 0), "LOGICAL_OR bool");
