//! LOG: `output[i] = ln(input[i])`.
//!
//! Input and output have the same shape. Results are within one unit in the last place; the logarithm of a negative value is NaN.

use super::support::map;
use super::{Kernel, code, number};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::LOG, 0),
    name: "LOG float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, libm::logf),
};
