//! ELU: `output[i] = input[i]` where that is not negative, else `exp(input[i]) - 1`.
//!
//! Input and output have the same shape. `int8` is a table that the compiler makes.

use super::support::{map, table};
use super::{Kernel, code, number};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::ELU, 0),
    name: "ELU float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, |value: f32| if value < 0.0 { libm::expm1f(value) } else { value }),
};

/// `int8`; input 1 is the table.
pub const INT8: Kernel =
    Kernel { code: code(number::ELU, 1), name: "ELU int8", check: table::check, invoke: table::invoke };
