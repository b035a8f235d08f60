//! SUB: `output = activation(left - right)`, with broadcasting.
//!
//! Quantised kernels bring both operands to a common scale, twice the larger of theirs, with 20 bits of headroom for
//! `int8` and 15 for `int16`, and requantise the difference. `int32` wraps. The rule is TFLM's reference kernel.

use super::support::binary::{Binary, FloatParameters, Int32Parameters, RescaledParameters, kernel};
use super::{Kernel, code, number};

struct Int8;

impl Binary for Int8 {
    type Left = i8;
    type Right = i8;
    type Out = i8;
    type Parameters = RescaledParameters;

    #[inline(always)]
    fn apply(p: &RescaledParameters, left: i8, right: i8) -> i8 {
        p.output.apply_i8(p.left.apply_i8(left).wrapping_sub(p.right.apply_i8(right)))
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
        let (left, right) = p.rescale(left as i32, right as i32);
        p.output.apply(left.wrapping_sub(right)) as i16
    }
}

struct Int32;

impl Binary for Int32 {
    type Left = i32;
    type Right = i32;
    type Out = i32;
    type Parameters = Int32Parameters;

    #[inline(always)]
    fn apply(p: &Int32Parameters, left: i32, right: i32) -> i32 {
        p.clamp(left.wrapping_sub(right))
    }
}

struct Float32;

impl Binary for Float32 {
    type Left = f32;
    type Right = f32;
    type Out = f32;
    type Parameters = FloatParameters;

    #[inline(always)]
    fn apply(p: &FloatParameters, left: f32, right: f32) -> f32 {
        p.clamp(left - right)
    }
}

/// `int8`.
pub const INT8: Kernel = kernel::<Int8>(code(number::SUB, 0), "SUB int8");

/// `int16`.
pub const INT16: Kernel = kernel::<Int16>(code(number::SUB, 1), "SUB int16");

/// `int32`.
pub const INT32: Kernel = kernel::<Int32>(code(number::SUB, 2), "SUB int32");

/// `float32`.
pub const FLOAT32: Kernel = kernel::<Float32>(code(number::SUB, 3), "SUB float32");
