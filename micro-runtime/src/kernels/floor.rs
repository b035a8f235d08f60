//! FLOOR: `output[i] = floor(input[i])`.
//!
//! Input and output have the same shape.

use super::support::map;
use super::{Kernel, code, number};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::FLOOR, 0),
    name: "FLOOR float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, libm::floorf),
};
