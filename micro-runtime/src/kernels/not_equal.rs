//! NOT_EQUAL: `output = left != right`, with broadcasting, as `bool`.
//!
//! `int8` values are brought to a common scale first, with 8 bits of headroom and the rounding of the fixed-point
//! multiplication. The rule is TFLM's reference kernel.

use super::support::binary::kernel;
use super::support::comparison::{Comparison, Int8, Plain};
use super::{Kernel, code, number};

struct NotEqual;

impl Comparison for NotEqual {
    #[inline(always)]
    fn holds<T: PartialOrd>(left: T, right: T) -> bool {
        left != right
    }
}

/// `int8`.
pub const INT8: Kernel = kernel::<Int8<NotEqual>>(code(number::NOT_EQUAL, 0), "NOT_EQUAL int8");

/// `int32`.
pub const INT32: Kernel = kernel::<Plain<NotEqual, i32>>(code(number::NOT_EQUAL, 1), "NOT_EQUAL int32");

/// `int64`.
pub const INT64: Kernel = kernel::<Plain<NotEqual, i64>>(code(number::NOT_EQUAL, 2), "NOT_EQUAL int64");

/// `float32`.
pub const FLOAT32: Kernel = kernel::<Plain<NotEqual, f32>>(code(number::NOT_EQUAL, 3), "NOT_EQUAL float32");

/// `bool`.
pub const BOOL: Kernel = kernel::<Plain<NotEqual, u8>>(code(number::NOT_EQUAL, 4), "NOT_EQUAL bool");
