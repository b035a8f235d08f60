//! AVERAGE_POOL_2D: the mean of the elements under the window that lie inside the image, clamped.
//!
//! Input `[batches, input_height, input_width, channels]`, output `[batches, output_height, output_width, channels]`,
//! both with the same quantisation. Integer means are rounded to the nearest, ties away from zero. The rule is TFLM's
//! reference kernel.

use core::marker::PhantomData;

pub use super::support::pool::{FloatParameters, Parameters};

use super::support::activation::clamp;
use super::support::pool::{Fold, check_float, check_integer, pool};
use super::{Call, Kernel, code, number};
use crate::arena::Element;

/// `int8`.
pub const INT8: Kernel = Kernel {
    code: code(number::AVERAGE_POOL_2D, 0),
    name: "AVERAGE_POOL_2D int8",
    check: check_integer::<i8>,
    invoke: int8,
};

/// `int16`.
pub const INT16: Kernel = Kernel {
    code: code(number::AVERAGE_POOL_2D, 1),
    name: "AVERAGE_POOL_2D int16",
    check: check_integer::<i16>,
    invoke: int16,
};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::AVERAGE_POOL_2D, 2),
    name: "AVERAGE_POOL_2D float32",
    check: check_float,
    invoke: float32,
};

/// The mean of integers of type `T`, which `narrow` makes of one that is in its range.
struct IntegerMean<'a, T, N> {
    parameters: &'a Parameters,
    narrow: N,
    element: PhantomData<T>,
}

impl<T: Element + Into<i32>, N: Fn(i32) -> T> Fold for IntegerMean<'_, T, N> {
    type Value = T;
    type Sum = i32;

    #[inline(always)]
    fn start(&self) -> i32 {
        0
    }

    #[inline(always)]
    fn add(&self, sum: i32, value: T) -> i32 {
        sum.wrapping_add(value.into())
    }

    #[inline(always)]
    fn finish(&self, sum: i32, count: usize) -> T {
        let count = count as i32;
        let half = if sum > 0 { count / 2 } else { -(count / 2) };
        let mean = sum.wrapping_add(half).wrapping_div(count);
        (self.narrow)(mean.max(self.parameters.minimum).min(self.parameters.maximum))
    }
}

struct FloatMean<'a>(&'a FloatParameters);

impl Fold for FloatMean<'_> {
    type Value = f32;
    type Sum = f32;

    #[inline(always)]
    fn start(&self) -> f32 {
        0.0
    }

    #[inline(always)]
    fn add(&self, sum: f32, value: f32) -> f32 {
        sum + value
    }

    #[inline(always)]
    fn finish(&self, sum: f32, count: usize) -> f32 {
        clamp(sum / count as f32, self.0.minimum, self.0.maximum)
    }
}

fn int8(call: &Call<'_>) {
    let parameters: &Parameters = call.parameters();
    pool(call, &parameters.geometry, IntegerMean { parameters, narrow: |mean| mean as i8, element: PhantomData });
}

fn int16(call: &Call<'_>) {
    let parameters: &Parameters = call.parameters();
    pool(call, &parameters.geometry, IntegerMean { parameters, narrow: |mean| mean as i16, element: PhantomData });
}

fn float32(call: &Call<'_>) {
    let parameters: &FloatParameters = call.parameters();
    pool(call, &parameters.geometry, FloatMean(parameters));
}
