//! ZEROS_LIKE: `output[i] = 0`, whatever the input.
//!
//! The output has the shape and type of the op's input, which the kernel does not get: its values do not matter.

use super::{Kernel, code, number};

/// Any element type in which zero is all zero bits.
pub const BYTES: Kernel = Kernel {
    code: code(number::ZEROS_LIKE, 0),
    name: "ZEROS_LIKE",
    check: |op| {
        op.parameters::<()>()?;
        op.arity(0, 1, 0)?;
        op.writes_arena()
    },
    invoke: |call| call.output_bytes(0).fill(0),
};
