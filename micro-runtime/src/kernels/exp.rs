//! EXP: `output[i] = exp(input[i])`.
//!
//! Input and output have the same shape. The rule is in [`exponential`](super::support::exponential).

use super::support::{exponential, map};
use super::{Kernel, code, number};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::EXP, 0),
    name: "EXP float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, exponential::exp),
};
