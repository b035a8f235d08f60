//! GREATER: `output = left > right`, with broadcasting, as `bool`.
//!
//! `int8` values are brought to a common scale first, with 8 bits of headroom and the rounding of the fixed-point
//! multiplication. The rule is TFLM's reference kernel.

use super::support::binary::kernel;
use super::support::comparison::{Comparison, Int8, Plain};
use super::{Kernel, code, number};

struct Greater;

impl Comparison for Greater {
    #[inline(always)]
    fn holds<T: PartialOrd>(left: T, right: T) -> bool {
        left > right
    }
}

/// `int8`.
pub const INT8: Kernel = kernel::<Int8<Greater>>(code(number::GREATER, 0), "GREATER int8");

/// `int32`.
pub const INT32: Kernel = kernel::<Plain<Greater, i32>>(code(number::GREATER, 1), "GREATER int32");

/// `int64`.
pub const INT64: Kernel = kernel::<Plain<Greater, i64>>(code(number::GREATER, 2), "GREATER int64");

/// `float32`.
pub const FLOAT32: Kernel = kernel::<Plain<Greater, f32>>(code(number::GREATER, 3), "GREATER float32");
