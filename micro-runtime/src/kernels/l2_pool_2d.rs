//! L2_POOL_2D: the root of the mean square of the elements under the window that lie inside the image, clamped.
//!
//! Input `[batches, input_height, input_width, channels]`, output `[batches, output_height, output_width, channels]`.
//! The rule is TFLM's reference kernel.

pub use super::support::pool::FloatParameters;

use super::support::activation::clamp;
use super::support::pool::{Fold, check_float, pool};
use super::{Call, Kernel, code, number};

/// `float32`.
pub const FLOAT32: Kernel =
    Kernel { code: code(number::L2_POOL_2D, 0), name: "L2_POOL_2D float32", check: check_float, invoke: float32 };

struct RootMeanSquare<'a>(&'a FloatParameters);

impl Fold for RootMeanSquare<'_> {
    type Value = f32;
    type Sum = f32;

    #[inline(always)]
    fn start(&self) -> f32 {
        0.0
    }

    #[inline(always)]
    fn add(&self, sum: f32, value: f32) -> f32 {
        sum + value * value
    }

    #[inline(always)]
    fn finish(&self, sum: f32, count: usize) -> f32 {
        clamp(libm::sqrtf(sum / count as f32), self.0.minimum, self.0.maximum)
    }
}

fn float32(call: &Call<'_>) {
    let parameters: &FloatParameters = call.parameters();
    pool(call, &parameters.geometry, RootMeanSquare(parameters));
}
