//! LESS: `output = left < right`, with broadcasting, as `bool`.
//!
//! `int8` values are brought to a common scale first, with 8 bits of headroom and the rounding of the fixed-point
//! multiplication. The rule is TFLM's reference kernel.

use super::support::binary::kernel;
use super::support::comparison::{Comparison, Int8, Plain};
use super::{Kernel, code, number};

struct Less;

impl Comparison for Less {
    #[inline(always)]
    fn holds<T: PartialOrd>(left: T, right: T) -> bool {
        left < right
    }
}

/// `int8`.
pub const INT8: Kernel = kernel::<Int8<Less>>(code(number::LESS, 0), "LESS int8");

/// `int32`.
pub const INT32: Kernel = kernel::<Plain<Less, i32>>(code(number::LESS, 1), "LESS int32");

/// `int64`.
pub const INT64: Kernel = kernel::<Plain<Less, i64>>(code(number::LESS, 2), "LESS int64");

/// `float32`.
pub const FLOAT32: Kernel = kernel::<Plain<Less, f32>>(code(number::LESS, 3), "LESS float32");
