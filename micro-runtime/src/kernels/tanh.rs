//! TANH: `output[i] = tanh(input[i])`.
//!
//! Input and output have the same shape. `int8` is a table that the compiler makes, `int16` interpolates in that of the
//! logistic function (see [`sigmoid`](super::support::sigmoid)).

use super::support::{curves, map, sigmoid, table};
use super::{Kernel, code, number};

pub use super::support::sigmoid::TableScale;

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::TANH, 0),
    name: "TANH float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, curves::tanh),
};

/// `int8`; input 1 is the table.
pub const INT8: Kernel =
    Kernel { code: code(number::TANH, 1), name: "TANH int8", check: table::check, invoke: table::invoke };

/// `int16`, with [`TableScale`] as its parameters; input 1 is the table of the logistic function.
pub const INT16: Kernel = Kernel {
    code: code(number::TANH, 2),
    name: "TANH int16",
    check: sigmoid::check,
    invoke: |call| sigmoid::invoke(call, sigmoid::tanh),
};
