//! HARD_SWISH: `output[i] = input[i] * min(max(input[i] + 3, 0), 6) / 6`.
//!
//! Input and output have the same shape. `int8` is a table that the compiler makes.

use super::support::{map, table};
use super::{Kernel, code, number};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::HARD_SWISH, 0),
    name: "HARD_SWISH float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, |value: f32| value * (value + 3.0).clamp(0.0, 6.0) / 6.0),
};

/// `int8`; input 1 is the table.
pub const INT8: Kernel =
    Kernel { code: code(number::HARD_SWISH, 1), name: "HARD_SWISH int8", check: table::check, invoke: table::invoke };
