//! RSQRT: `output[i] = 1 / sqrt(input[i])`.
//!
//! Input and output have the same shape. `int8` is a table that the compiler makes; an input below the zero point, a
//! negative number, ends the invocation, as in TFLM's reference kernel.

use bytemuck::{Pod, Zeroable};

use super::support::map;
use super::support::table::{self, Table};
use super::{Call, Fault, Kernel, Op, code, number};

/// Parameters of the `int8` kernel.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Zero point of the input.
    pub input_zero_point: i32,
}

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::RSQRT, 0),
    name: "RSQRT float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, |value: f32| 1.0 / libm::sqrtf(value)),
};

/// `int8`; input 1 is the table.
pub const INT8: Kernel = Kernel { code: code(number::RSQRT, 1), name: "RSQRT int8", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    op.parameters::<Parameters>()?;
    table::check_operands(op)
}

fn invoke(call: &Call<'_>) {
    let zero_point = call.parameters::<Parameters>().input_zero_point;
    if call.input::<i8>(0).iter().any(|value| (value as i32) < zero_point) {
        return call.fail("RSQRT has a negative input");
    }
    let table = Table::of(call);
    map::map(call, |value: i8| table.get(value));
}
