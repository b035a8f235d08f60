//! GREATER_EQUAL: `output = left >= right`, with broadcasting, as `bool`.
//!
//! `int8` values are brought to a common scale first, with 8 bits of headroom and the rounding of the fixed-point
//! multiplication. The rule is TFLM's reference kernel.

use super::support::binary::kernel;
use super::support::comparison::{Comparison, Int8, Plain};
use super::{Kernel, code, number};

struct GreaterEqual;

impl Comparison for GreaterEqual {
    #[inline(always)]
    fn holds<T: PartialOrd>(left: T, right: T) -> bool {
        left >= right
    }
}

/// `int8`.
pub const INT8: Kernel = kernel::<Int8<GreaterEqual>>(code(number::GREATER_EQUAL, 0), "GREATER_EQUAL int8");

/// `int32`.
pub const INT32: Kernel = kernel::<Plain<GreaterEqual, i32>>(code(number::GREATER_EQUAL, 1), "GREATER_EQUAL int32");

/// `int64`.
pub const INT64: Kernel = kernel::<Plain<GreaterEqual, i64>>(code(number::GREATER_EQUAL, 2), "GREATER_EQUAL int64");

/// `float32`.
pub const FLOAT32: Kernel = kernel::<Plain<GreaterEqual, f32>>(code(number::GREATER_EQUAL, 3), "GREATER_EQUAL float32");
