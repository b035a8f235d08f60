//! DEQUANTIZE: `output[i] = scale * (input[i] - zero_point)`, quantised to `float32`.
//!
//! Input and output have the same shape. TFLM multiplies in double precision and rounds the product; as the
//! difference fits the 24 bits of a float exactly, one multiplication in single precision rounds to the same value.

use bytemuck::{Pod, Zeroable};

use super::support::conversion::Quantised;
use super::support::map;
use super::{Call, Fault, Kernel, Op, code, number};

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Scale of the input.
    pub scale: f32,
    /// Zero point of the input.
    pub zero_point: i32,
}

/// From `int8`.
pub const INT8: Kernel =
    Kernel { code: code(number::DEQUANTIZE, 0), name: "DEQUANTIZE int8", check: check::<i8>, invoke: invoke::<i8> };

/// From `int16`.
pub const INT16: Kernel =
    Kernel { code: code(number::DEQUANTIZE, 1), name: "DEQUANTIZE int16", check: check::<i16>, invoke: invoke::<i16> };

/// From `uint8`.
pub const UINT8: Kernel =
    Kernel { code: code(number::DEQUANTIZE, 2), name: "DEQUANTIZE uint8", check: check::<u8>, invoke: invoke::<u8> };

fn check<I: Quantised>(op: &Op<'_>) -> Result<(), Fault> {
    op.parameters::<Parameters>()?;
    map::check_operands::<I, f32>(op, 0)
}

fn invoke<I: Quantised>(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    map::map(call, |value: I| p.scale * value.into().wrapping_sub(p.zero_point) as f32);
}
