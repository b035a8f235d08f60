//! CEIL: `output[i] = ceil(input[i])`.
//!
//! Input and output have the same shape.

use super::support::map;
use super::{Kernel, code, number};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::CEIL, 0),
    name: "CEIL float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, libm::ceilf),
};
