//! SQUARED_DIFFERENCE: `output = (left - right)^2`, with broadcasting.
//!
//! Quantised kernels bring both operands to a common scale, twice the larger of theirs, with 7 bits of headroom for
//! `int8` and none for `int16`, and requantise the square. `int32` wraps. The rule is TFLM's reference kernel.

use super::support::binary::{Binary, RescaledParameters, kernel};
use super::support::broadcast::Broadcast;
use super::{Kernel, code, number};

/// The quantised square of the difference of two values.
#[inline(always)]
fn square(p: &RescaledParameters, left: i32, right: i32) -> i32 {
    let (left, right) = p.rescale(left, right);
    let difference = left.wrapping_sub(right);
    p.output.apply(difference.wrapping_mul(difference))
}

struct Int8;

impl Binary for Int8 {
    type Left = i8;
    type Right = i8;
    type Out = i8;
    type Parameters = RescaledParameters;

    #[inline(always)]
    fn apply(p: &RescaledParameters, left: i8, right: i8) -> i8 {
        square(p, left as i32, right as i32) as i8
    }
}

struct Int16;

impl Binary for Int16 {
    type Left = i16;
    type Right = i16;
    type Out = i16;
    type Parameters = RescaledParameters;

    #[inline(always)]
    fn apply(p: &RescaledParameters, left: i16, right: i16) -> i16 {
        square(p, left as i32, right as i32) as i16
    }
}

struct Int32;

impl Binary for Int32 {
    type Left = i32;
    type Right = i32;
    type Out = i32;
    type Parameters = Broadcast;

    #[inline(always)]
    fn apply(_: &Broadcast, left: i32, right: i32) -> i32 {
        let difference = left.wrapping_sub(right);
        difference.wrapping_mul(difference)
    }
}

struct Float32;

impl Binary for Float32 {
    type Left = f32;
    type Right = f32;
    type Out = f32;
    type Parameters = Broadcast;

    #[inline(always)]
    fn apply(_: &Broadcast, left: f32, right: f32) -> f32 {
        let difference = left - right;
        difference * difference
    }
}

/// `int8`.
pub const INT8: Kernel = kernel::<Int8>(code(number::SQUARED_DIFFERENCE, 0), "SQUARED_DIFFERENCE int8");

/// `int16`.
pub const INT16: Kernel = kernel::<Int16>(code(number::SQUARED_DIFFERENCE, 1), "SQUARED_DIFFERENCE int16");

/// `int32`.
pub const INT32: Kernel = kernel::<Int32>(code(number::SQUARED_DIFFERENCE, 2), "SQUARED_DIFFERENCE int32");

/// `float32`.
pub const FLOAT32: Kernel = kernel::<Float32>(code(number::SQUARED_DIFFERENCE, 3), "SQUARED_DIFFERENCE float32");
