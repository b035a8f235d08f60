//! ROUND: `output[i]` is the integer nearest to `input[i]`, the even one of two.
//!
//! Input and output have the same shape. Values in `-0.5..0` become +0, as in TFLM's reference kernel.

use super::support::map;
use super::{Kernel, code, number};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::ROUND, 0),
    name: "ROUND float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, round),
};

fn round(value: f32) -> f32 {
    let floor = libm::floorf(value);
    let fraction = value - floor;
    // Values with a fraction are below 2^23, so the conversion is exact.
    if fraction < 0.5 || (fraction == 0.5 && floor as i32 % 2 == 0) { floor } else { floor + 1.0 }
}
