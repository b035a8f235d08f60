//! MAX_POOL_2D: the greatest of the elements under the window that lie inside the image, clamped.
//!
//! Input `[batches, input_height, input_width, channels]`, output `[batches, output_height, output_width, channels]`,
//! both with the same quantisation. Floats start from the least finite one, and NaN never wins. The rule is TFLM's
//! reference kernel.

pub use super::support::pool::{FloatParameters, Parameters};

use super::support::activation::clamp;
use super::support::pool::{Fold, check_float, check_integer, pool};
use super::{Call, Kernel, code, number};
use crate::arena::Element;

/// `int8`.
pub const INT8: Kernel =
    Kernel { code: code(number::MAX_POOL_2D, 0), name: "MAX_POOL_2D int8", check: check_integer::<i8>, invoke: int8 };

/// `int16`.
pub const INT16: Kernel = Kernel {
    code: code(number::MAX_POOL_2D, 1),
    name: "MAX_POOL_2D int16",
    check: check_integer::<i16>,
    invoke: int16,
};

/// `float32`.
pub const FLOAT32: Kernel =
    Kernel { code: code(number::MAX_POOL_2D, 2), name: "MAX_POOL_2D float32", check: check_float, invoke: float32 };

/// The greatest of elements, all at least `least`, made an output by `clamp`.
struct Greatest<T, C> {
    least: T,
    clamp: C,
}

impl<T: Element, C: Fn(T) -> T> Fold for Greatest<T, C> {
    type Value = T;
    type Sum = T;

    #[inline(always)]
    fn start(&self) -> T {
        self.least
    }

    #[inline(always)]
    fn add(&self, greatest: T, value: T) -> T {
        if greatest < value { value } else { greatest }
    }

    #[inline(always)]
    fn finish(&self, greatest: T, _count: usize) -> T {
        (self.clamp)(greatest)
    }
}

fn int8(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let clamp = |value: i8| (value as i32).max(p.minimum).min(p.maximum) as i8;
    pool(call, &p.geometry, Greatest { least: i8::MIN, clamp });
}

fn int16(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let clamp = |value: i16| (value as i32).max(p.minimum).min(p.maximum) as i16;
    pool(call, &p.geometry, Greatest { least: i16::MIN, clamp });
}

fn float32(call: &Call<'_>) {
    let p: &FloatParameters = call.parameters();
    let clamp = |value| clamp(value, p.minimum, p.maximum);
    pool(call, &p.geometry, Greatest { least: f32::MIN, clamp });
}
