//! RSQRT: `output[i] = 1 / sqrt(input[i])`.
//!
//! Input and output have the same shape. `int8` is a table that the compiler makes; an input below the zero point, a
//! negative number, ends the invocation, as in TFLM's reference kernel. `int16` is computed in the same fixed point; 0 gives
//! the greatest value in either type.

use bytemuck::{Pod, Zeroable};

use super::support::inverse_root::fractional;
use super::support::map;
use super::support::requantise::check_multiplier;
use super::support::table::{self, Table};
use super::{Call, Fault, Kernel, Op, code, number};
use crate::fixed::{Multiplier, saturate_i16};

/// Parameters of the `int8` kernel.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Zero point of the input.
    pub input_zero_point: i32,
}

/// Parameters of the `int16` kernel, whose zero points are 0.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Int16Parameters {
    /// From [roots of whole steps](fractional) to output steps.
    pub factor: Multiplier,
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

/// `int16`, with [`Int16Parameters`].
pub const INT16: Kernel =
    Kernel { code: code(number::RSQRT, 2), name: "RSQRT int16", check: check_int16, invoke: invoke_int16 };

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

fn check_int16(op: &Op<'_>) -> Result<(), Fault> {
    check_multiplier(op.parameters::<Int16Parameters>()?.factor)?;
    map::check_operands::<i16, i16>(op, 0)
}

fn invoke_int16(call: &Call<'_>) {
    let p: &Int16Parameters = call.parameters();
    if call.input::<i16>(0).iter().any(|value| value < 0) {
        return call.fail("RSQRT has a negative input");
    }
    map::map(call, |value: i16| match value {
        0 => i16::MAX,
        _ => saturate_i16(p.factor.apply(fractional(value.into()))),
    });
}
