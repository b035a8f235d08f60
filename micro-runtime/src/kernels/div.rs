//! DIV: `output = activation(left / right)`, with broadcasting.
//!
//! The `int8` kernel multiplies by a reciprocal in fixed point and requantises; `int32` truncates, and the one quotient
//! that does not fit wraps. A divisor of 0 ends the invocation, except in `float32`. The rule is TFLM's reference
//! kernel.

use super::support::binary::{Binary, FloatParameters, Int32Parameters, ProductParameters, kernel};
use super::support::reciprocal::reciprocal;
use super::{Kernel, code, number};
use crate::fixed::high_multiply;

struct Int8;

impl Binary for Int8 {
    type Left = i8;
    type Right = i8;
    type Out = i8;
    type Parameters = ProductParameters;

    const FAULT: &'static str = "it divides by zero";

    #[inline(always)]
    fn apply(p: &ProductParameters, left: i8, right: i8) -> i8 {
        let (left, right) = (left as i32 + p.left_offset, right as i32 + p.right_offset);
        let (left, right) = if right < 0 { (-left, -right) } else { (left, right) };
        let (inverse, inverse_shift) = reciprocal(right);
        let headroom = sign_bits(left);
        let quotient = high_multiply(left.wrapping_shl(headroom), inverse);
        let shift = inverse_shift + headroom as i32 - p.multiplier.exponent;
        p.stage.apply(scale_down(quotient, p.multiplier.mantissa, shift)) as i8
    }

    #[inline(always)]
    fn refuses(p: &ProductParameters, right: i8) -> bool {
        right as i32 + p.right_offset == 0
    }
}

/// The number of bits by which `value` can be shifted left without a change of sign.
#[inline(always)]
fn sign_bits(value: i32) -> u32 {
    (value ^ (value >> 31)).leading_zeros() - 1
}

/// `value * mantissa / 2^(31 + shift)`, rounded twice.
///
/// The shift may leave `0..=31`: for a dividend of 0 it does as a rule. C++ leaves open what happens then; this is what
/// the reference does on x86-64, where shifts use the low bits of their count: 0 becomes 1.
#[inline(always)]
fn scale_down(value: i32, mantissa: i32, shift: i32) -> i32 {
    let value = high_multiply(value, mantissa);
    let mask = 1i64.wrapping_shl(shift as u32).wrapping_sub(1) as i32;
    let threshold = (mask >> 1).wrapping_add((value < 0) as i32);
    value.wrapping_shr(shift as u32).wrapping_add(((value & mask) > threshold) as i32)
}

struct Int32;

impl Binary for Int32 {
    type Left = i32;
    type Right = i32;
    type Out = i32;
    type Parameters = Int32Parameters;

    const FAULT: &'static str = "it divides by zero";

    #[inline(always)]
    fn apply(p: &Int32Parameters, left: i32, right: i32) -> i32 {
        p.clamp(left.checked_div(right).unwrap_or(left))
    }

    #[inline(always)]
    fn refuses(_: &Int32Parameters, right: i32) -> bool {
        right == 0
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
        p.clamp(left / right)
    }
}

/// `int8`.
pub const INT8: Kernel = kernel::<Int8>(code(number::DIV, 0), "DIV int8");

/// `int32`.
pub const INT32: Kernel = kernel::<Int32>(code(number::DIV, 1), "DIV int32");

/// `float32`.
pub const FLOAT32: Kernel = kernel::<Float32>(code(number::DIV, 2), "DIV float32");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::support::broadcast::Broadcast;

    #[test]
    fn int32_quotients_truncate_and_the_one_that_does_not_fit_wraps() {
        let broadcast = Broadcast { extents: [1; 6], repeats: [0; 4] };
        let p = Int32Parameters { broadcast, minimum: i32::MIN, maximum: i32::MAX };
        assert_eq!(Int32::apply(&p, -7, 2), -3);
        assert_eq!(Int32::apply(&p, i32::MIN, -1), i32::MIN);
        assert!(Int32::refuses(&p, 0) && !Int32::refuses(&p, -1));
    }
}
