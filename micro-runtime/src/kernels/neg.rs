//! NEG: `output[i] = -input[i]`.
//!
//! Input and output have the same shape.

use super::support::map;
use super::{Kernel, code, number};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::NEG, 0),
    name: "NEG float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, |value: f32| -value),
};
