//! RELU: `output[i] = max(input[i], 0)`.
//!
//! Input and output have the same shape. Quantised kernels rescale from the input's quantisation to the output's and
//! clamp at its zero point, as TFLM's reference kernel does.

use super::support::{conversion, map};
use super::{Kernel, code, number};

pub use super::support::conversion::Conversion;

/// `float32`; NaN stays NaN.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::RELU, 0),
    name: "RELU float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, |value: f32| if value < 0.0 { 0.0 } else { value }),
};

/// `int8`, with [`Conversion`] as its parameters.
pub const INT8: Kernel = Kernel {
    code: code(number::RELU, 1),
    name: "RELU int8",
    check: conversion::check::<i8, i8>,
    invoke: conversion::invoke::<i8, i8>,
};

/// `int16`, with [`Conversion`] as its parameters.
pub const INT16: Kernel = Kernel {
    code: code(number::RELU, 2),
    name: "RELU int16",
    check: conversion::check::<i16, i16>,
    invoke: conversion::invoke::<i16, i16>,
};
