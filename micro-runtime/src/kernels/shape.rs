//! SHAPE: `output[d]` is extent `d` of the op's input.
//!
//! Shapes are known to the compiler. Input: the extents, constant; the tensor itself is not read. Output `[rank]`, `int32`.

use super::support::map;
use super::{Kernel, code, number};

/// `int32`.
pub const INT32: Kernel = Kernel {
    code: code(number::SHAPE, 0),
    name: "SHAPE int32",
    check: map::check::<i32, i32>,
    invoke: |call| call.output::<i32>(0).copy_from(call.input(0)),
};
