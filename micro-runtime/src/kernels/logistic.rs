//! LOGISTIC: `output[i] = 1 / (1 + exp(-input[i]))`.
//!
//! Input and output have the same shape. `int8` is a table that the compiler makes, `int16` interpolates in one
//! (see [`sigmoid`](super::support::sigmoid)). `float32` takes the branches of TFLM's reference kernel.

use super::support::{curves, map, sigmoid, table};
use super::{Kernel, code, number};

pub use super::support::sigmoid::TableScale;

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::LOGISTIC, 0),
    name: "LOGISTIC float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, curves::logistic),
};

/// `int8`; input 1 is the table.
pub const INT8: Kernel =
    Kernel { code: code(number::LOGISTIC, 1), name: "LOGISTIC int8", check: table::check, invoke: table::invoke };

/// `int16`, with [`TableScale`] as its parameters; input 1 is the table of the logistic function.
pub const INT16: Kernel = Kernel {
    code: code(number::LOGISTIC, 2),
    name: "LOGISTIC int16",
    check: sigmoid::check,
    invoke: |call| sigmoid::invoke(call, sigmoid::logistic),
};
