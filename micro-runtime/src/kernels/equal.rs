//! EQUAL: `output = left == right`, with broadcasting, as `bool`.
//!
//! `int8` values are brought to a common scale first, with 8 bits of headroom and the rounding of the fixed-point
//! multiplication. The rule is TFLM's reference kernel.

use super::support::binary::kernel;
use super::support::comparison::{Comparison, Int8, Plain};
use super::{Kernel, code, number};

struct Equal;

impl Comparison for Equal {
    #[inline(always)]
    fn holds<T: PartialOrd>(left: T, right: T) -> bool {
        left == right
    }
}

/// `int8`.
pub const INT8: Kernel = kernel::<Int8<Equal>>(code(number::EQUAL, 0), "EQUAL int8");

/// `int32`.
pub const INT32: Kernel = kernel::<Plain<Equal, i32>>(code(number::EQUAL, 1), "EQUAL int32");

/// `int64`.
pub const INT64: Kernel = kernel::<Plain<Equal, i64>>(code(number::EQUAL, 2), "EQUAL int64");

/// `float32`.
pub const FLOAT32: Kernel = kernel::<Plain<Equal, f32>>(code(number::EQUAL, 3), "EQUAL float32");

/// `bool`.
pub const BOOL: Kernel = kernel::<Plain<Equal, u8>>(code(number::EQUAL, 4), "EQUAL bool");
