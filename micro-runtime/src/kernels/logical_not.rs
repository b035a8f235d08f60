//! LOGICAL_NOT: `output[i] = !input[i]`, on booleans.
//!
//! Input and output have the same shape.

use super::support::map;
use super::{Kernel, code, number};

/// `bool`.
pub const BOOL: Kernel = Kernel {
    code: code(number::LOGICAL_NOT, 0),
    name: "LOGICAL_NOT bool",
    check: map::check::<u8, u8>,
    invoke: |call| map::map(call, |value: u8| (value == 0) as u8),
};
