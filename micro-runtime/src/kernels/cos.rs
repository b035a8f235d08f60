//! COS: `output[i] = cos(input[i])`.
//!
//! Input and output have the same shape. Results are within one unit in the last place.

use super::support::map;
use super::{Kernel, code, number};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::COS, 0),
    name: "COS float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, libm::cosf),
};
