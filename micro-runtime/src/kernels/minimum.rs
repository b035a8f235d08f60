//! MINIMUM: the lesser of two elements, with broadcasting.
//!
//! Quantised tensors share one quantisation, so their elements are compared as they are. Where the elements cannot be
//! ordered, the second is taken. The rule is TFLM's reference kernel.

use core::marker::PhantomData;

use super::support::binary::{Binary, kernel};
use super::support::broadcast::Broadcast;
use super::{Kernel, code, number};
use crate::arena::Element;

struct Of<T>(PhantomData<T>);

impl<T: Element> Binary for Of<T> {
    type Left = T;
    type Right = T;
    type Out = T;
    type Parameters = Broadcast;

    #[inline(always)]
    fn apply(_: &Broadcast, left: T, right: T) -> T {
        if left < right { left } else { right }
    }
}

/// `int8`.
pub const INT8: Kernel = kernel::<Of<i8>>(code(number::MINIMUM, 0), "MINIMUM int8");

/// `int16`.
pub const INT16: Kernel = kernel::<Of<i16>>(code(number::MINIMUM, 1), "MINIMUM int16");

/// `int32`.
pub const INT32: Kernel = kernel::<Of<i32>>(code(number::MINIMUM, 2), "MINIMUM int32");

/// `int64`.
pub const INT64: Kernel = kernel::<Of<i64>>(code(number::MINIMUM, 3), "MINIMUM int64");

/// `float32`.
pub const FLOAT32: Kernel = kernel::<Of<f32>>(code(number::MINIMUM, 4), "MINIMUM float32");
