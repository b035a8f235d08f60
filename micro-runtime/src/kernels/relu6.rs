//! RELU6: `output[i] = min(max(input[i], 0), 6)`.
//!
//! Input and output have the same shape. Quantised kernels clamp at what the input's quantisation makes of 0 and 6 and
//! do not rescale, as TFLM's reference kernel does.

use bytemuck::{Pod, Zeroable};

use super::support::conversion::Quantised;
use super::support::map;
use super::{Call, Fault, Kernel, Op, code, number};

/// Parameters of the quantised kernels.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// What stands for 0, in the range of the type.
    pub zero: i32,
    /// What stands for 6, in the range of the type.
    pub six: i32,
}

/// `float32`; NaN stays NaN.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::RELU6, 0),
    name: "RELU6 float32",
    check: map::check::<f32, f32>,
    invoke: |call| map::map(call, |value: f32| value.clamp(0.0, 6.0)),
};

/// `int8`.
pub const INT8: Kernel =
    Kernel { code: code(number::RELU6, 1), name: "RELU6 int8", check: check::<i8>, invoke: invoke::<i8> };

/// `int16`.
pub const INT16: Kernel =
    Kernel { code: code(number::RELU6, 2), name: "RELU6 int16", check: check::<i16>, invoke: invoke::<i16> };

fn check<T: Quantised>(op: &Op<'_>) -> Result<(), Fault> {
    op.parameters::<Parameters>()?;
    map::check_operands::<T, T>(op, 0)
}

fn invoke<T: Quantised>(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    map::map(call, |value: T| T::narrow(value.into().max(p.zero).min(p.six)));
}
