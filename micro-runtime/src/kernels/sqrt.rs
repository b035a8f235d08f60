//! SQRT: `output[i] = sqrt(input[i])`.
//!
//! Input and output have the same shape. The root is rounded correctly; that of a negative value is NaN.

use super::support::map;
use super::{Kernel, code, number};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::SQRT, 0),
    name: "SQRT float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, libm::sqrtf),
};
