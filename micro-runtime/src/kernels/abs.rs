//! ABS: `output[i] = |input[i]|`.
//!
//! Input and output have the same shape. Quantised kernels take the absolute value of the difference to the input's zero
//! point and rescale it to the output's quantisation. `int16` tensors without quantisation are integers as such;
//! -32768, which has no absolute value, stays itself.

use super::support::conversion::{self, Quantised};
use super::support::map;
use super::{Call, Kernel, code, number};

pub use super::support::conversion::Conversion;

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::ABS, 0),
    name: "ABS float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, |value: f32| f32::from_bits(value.to_bits() & !(1 << 31))),
};

/// `int8`, with [`Conversion`] as its parameters.
pub const INT8: Kernel = Kernel {
    code: code(number::ABS, 1),
    name: "ABS int8",
    check: conversion::check::<i8, i8>,
    invoke: quantised::<i8>,
};

/// `int16`, with [`Conversion`] as its parameters.
pub const INT16: Kernel = Kernel {
    code: code(number::ABS, 2),
    name: "ABS int16",
    check: conversion::check::<i16, i16>,
    invoke: quantised::<i16>,
};

/// `int16` without quantisation.
pub const INT16_PLAIN: Kernel = Kernel {
    code: code(number::ABS, 3),
    name: "ABS int16 without quantisation",
    check: map::check::<i16, i16>,
    invoke: |call| map::map(call, i16::wrapping_abs),
};

fn quantised<T: Quantised>(call: &Call<'_>) {
    let conversion = *call.parameters::<Conversion>();
    map::map(call, |value: T| {
        let magnitude = value.into().wrapping_sub(conversion.input_zero_point).wrapping_abs();
        T::narrow(conversion.output.apply(conversion.multiplier.apply(magnitude)))
    });
}
