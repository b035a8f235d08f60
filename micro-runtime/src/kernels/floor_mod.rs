//! FLOOR_MOD: the remainder of `floor(left / right)`, which has the sign of `right`, with broadcasting.
//!
//! A divisor of 0 gives NaN. The rule is TFLM's reference kernel.

use super::support::binary::{Binary, kernel};
use super::support::broadcast::Broadcast;
use super::{Kernel, code, number};

struct Float32;

impl Binary for Float32 {
    type Left = f32;
    type Right = f32;
    type Out = f32;
    type Parameters = Broadcast;

    #[inline(always)]
    fn apply(_: &Broadcast, left: f32, right: f32) -> f32 {
        let remainder = libm::fmodf(left, right);
        if remainder != 0.0 && (right < 0.0) != (remainder < 0.0) { remainder + right } else { remainder }
    }
}

/// `float32`.
pub const FLOAT32: Kernel = kernel::<Float32>(code(number::FLOOR_MOD, 0), "FLOOR_MOD float32");
