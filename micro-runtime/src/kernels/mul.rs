//! MUL: `output = activation(left * right)`, with broadcasting.
//!
//! Quantised kernels multiply the values without their zero points and requantise the product. `int32` wraps. The
//! rule is TFLM's reference kernel.

use super::support::binary::{Binary, FloatParameters, Int32Parameters, ProductParameters, kernel};
use super::{Kernel, code, number};

/// The quantised product of two values.
#[inline(always)]
fn product(p: &ProductParameters, left: i32, right: i32) -> i32 {
    let product = left.wrapping_add(p.left_offset).wrapping_mul(right.wrapping_add(p.right_offset));
    p.stage.apply(p.multiplier.apply(product))
}

struct Int8;

impl Binary for Int8 {
    type Left = i8;
    type Right = i8;
    type Out = i8;
    type Parameters = ProductParameters;

    #[inline(always)]
    fn apply(p: &ProductParameters, left: i8, right: i8) -> i8 {
        product(p, left as i32, right as i32) as i8
    }
}

struct Int16;

impl Binary for Int16 {
    type Left = i16;
    type Right = i16;
    type Out = i16;
    type Parameters = ProductParameters;

    #[inline(always)]
    fn apply(p: &ProductParameters, left: i16, right: i16) -> i16 {
        product(p, left as i32, right as i32) as i16
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
        p.clamp(left.wrapping_mul(right))
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
        p.clamp(left * right)
    }
}

/// `int8`.
pub const INT8: Kernel = kernel::<Int8>(code(number::MUL, 0), "MUL int8");

/// `int16`.
pub const INT16: Kernel = kernel::<Int16>(code(number::MUL, 1), "MUL int16");

/// `int32`.
pub const INT32: Kernel = kernel::<Int32>(code(number::MUL, 2), "MUL int32");

/// `float32`.
pub const FLOAT32: Kernel = kernel::<Float32>(code(number::MUL, 3), "MUL float32");
