//! The twin of [`MAX_POOL_2D int8`](crate::kernels::max_pool_2d::INT8) for a multiple of
//! [`CHANNELS`](super::CHANNELS) channels.

use super::TWIN;
use super::pools::{check, clamped, pool};
use crate::instructions::{Instructions, Native};
use crate::kernels::{Kernel, code, number};

/// `int8`.
pub const INT8: Kernel = Kernel {
    code: code(number::MAX_POOL_2D, TWIN),
    name: "MAX_POOL_2D int8 (armv7em)",
    check,
    invoke: |call| {
        let least = u32::from_le_bytes([i8::MIN as u8; 4]);
        pool(call, least, Native::greater_bytes, |p, greatest, _| {
            let [a, b, c, d] = greatest.to_le_bytes();
            clamped(p, [a as i8 as i32, b as i8 as i32, c as i8 as i32, d as i8 as i32])
        });
    },
};
