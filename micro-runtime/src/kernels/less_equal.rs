//! LESS_EQUAL: `output = left <= right`, with broadcasting, as `bool`.
//!
//! `int8` values are brought to a common scale first, with 8 bits of headroom and the rounding of the fixed-point
//! multiplication. The rule is TFLM's reference kernel.

use super::support::binary::kernel;
use super::support::comparison::{Comparison, Int8, Plain};
use super::{Kernel, code, number};

struct LessEqual;

impl Comparison for LessEqual {
    #[inline(always)]
    fn holds<T: PartialOrd>(left: T, right: T) -> bool {
        left <= right
    }
}

/// `int8`.
pub const INT8: Kernel = kernel::<Int8<LessEqual>>(code(number::LESS_EQUAL, 0), "LESS_EQUAL int8");

/// `int32`.
pub const INT32: Kernel = kernel::<Plain<LessEqual, i32>>(code(number::LESS_EQUAL, 1), "LESS_EQUAL int32");

/// `int64`.
pub const INT64: Kernel = kernel::<Plain<LessEqual, i64>>(code(number::LESS_EQUAL, 2), "LESS_EQUAL int64");

/// `float32`.
pub const FLOAT32: Kernel = kernel::<Plain<LessEqual, f32>>(code(number::LESS_EQUAL, 3), "LESS_EQUAL float32");
