//! The twin of [`AVERAGE_POOL_2D int8`](crate::kernels::average_pool_2d::INT8) for a multiple of
//! [`CHANNELS`](super::CHANNELS) channels and sums that fit 16 bits.

use super::TWIN;
use super::pools::{check, clamped, pool};
use crate::instructions::{Instructions, Native};
use crate::kernels::{Kernel, code, number};

/// `int8`.
pub const INT8: Kernel = Kernel {
    code: code(number::AVERAGE_POOL_2D, TWIN),
    name: "AVERAGE_POOL_2D int8 (armv7em)",
    check,
    invoke: |call| {
        let add = |(even, odd): (u32, u32), bytes: u32| {
            (Native::add_even_bytes(even, bytes), Native::add_odd_bytes(odd, bytes))
        };
        pool(call, (0, 0), add, |p, (even, odd), count| {
            let mean = |sum: i32| (sum + if sum > 0 { count / 2 } else { -(count / 2) }).wrapping_div(count);
            let [low, high] = [|lanes: u32| lanes as i16 as i32, |lanes: u32| (lanes >> 16) as i16 as i32];
            clamped(p, [mean(low(even)), mean(low(odd)), mean(high(even)), mean(high(odd))])
        });
    },
};
