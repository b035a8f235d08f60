//! FLOOR_DIV: `output = floor(left / right)`, with broadcasting.
//!
//! The division is done in double precision, as TFLM's reference kernel does it: in single precision a quotient just
//! below a whole number could round up to it. A divisor of 0 ends the invocation.

use super::support::binary::{Binary, kernel};
use super::support::broadcast::Broadcast;
use super::{Kernel, code, number};

struct Float32;

impl Binary for Float32 {
    type Left = f32;
    type Right = f32;
    type Out = f32;
    type Parameters = Broadcast;

    const FAULT: &'static str = "it divides by zero";

    #[inline(always)]
    fn apply(_: &Broadcast, left: f32, right: f32) -> f32 {
        libm::floor(left as f64 / right as f64) as f32
    }

    #[inline(always)]
    fn refuses(_: &Broadcast, right: f32) -> bool {
        right == 0.0
    }
}

/// `float32`.
pub const FLOAT32: Kernel = kernel::<Float32>(code(number::FLOOR_DIV, 0), "FLOOR_DIV float32");
