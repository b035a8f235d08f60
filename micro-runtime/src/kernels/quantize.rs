//! QUANTIZE: `output[i] = clamp(round(input[i] / scale) + zero_point)`, or from one quantisation to another.
//!
//! Input and output have the same shape. Floats are divided in single precision and rounded half away from zero; integers
//! are rescaled with a multiplier, as everywhere. The rule is TFLM's reference kernel; where its conversion of
//! large floats is undefined, these kernels saturate.

use bytemuck::{Pod, Zeroable};

use super::support::conversion::{self, Quantised};
use super::support::map;
use super::support::requantise::OutputStage;
use super::{Call, Fault, Kernel, Op, code, number};
use crate::arena::ElementType;

pub use super::support::conversion::Conversion;

/// Parameters of the kernels from `float32`.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct FloatParameters {
    /// Scale of the output.
    pub scale: f32,
    /// Zero point and range of the output, the range inside that of its type.
    pub output: OutputStage,
}

macro_rules! kernels {
    ($($name:ident = $from:ident to $to:ident, $text:literal, $check:expr, $invoke:expr;)*) => {
        $(
            #[doc = concat!($text, ".")]
            pub const $name: Kernel = Kernel {
                code: code(number::QUANTIZE, (ElementType::$from as u16) << 8 | ElementType::$to as u16),
                name: concat!("QUANTIZE ", $text),
                check: $check,
                invoke: $invoke,
            };
        )*

        /// The kernel from one element type to another one or the same.
        pub fn between(from: ElementType, to: ElementType) -> Option<Kernel> {
            match (from, to) {
                $((ElementType::$from, ElementType::$to) => Some($name),)*
                _ => None,
            }
        }
    };
}

kernels! {
    FLOAT32_TO_INT8 = Float32 to Int8, "float32 to int8", check_float::<i8>, invoke_float::<i8>;
    FLOAT32_TO_INT16 = Float32 to Int16, "float32 to int16", check_float::<i16>, invoke_float::<i16>;
    INT8_TO_INT8 = Int8 to Int8, "int8 to int8", conversion::check::<i8, i8>, conversion::invoke::<i8, i8>;
    INT8_TO_UINT8 = Int8 to Uint8, "int8 to uint8", conversion::check::<i8, u8>, conversion::invoke::<i8, u8>;
    INT8_TO_INT16 = Int8 to Int16, "int8 to int16", conversion::check::<i8, i16>, conversion::invoke::<i8, i16>;
    INT8_TO_INT32 = Int8 to Int32, "int8 to int32", conversion::check::<i8, i32>, conversion::invoke::<i8, i32>;
    UINT8_TO_INT8 = Uint8 to Int8, "uint8 to int8", conversion::check::<u8, i8>, conversion::invoke::<u8, i8>;
    INT16_TO_INT8 = Int16 to Int8, "int16 to int8", conversion::check::<i16, i8>, conversion::invoke::<i16, i8>;
    INT16_TO_INT16 = Int16 to Int16, "int16 to int16", conversion::check::<i16, i16>, conversion::invoke::<i16, i16>;
    INT16_TO_INT32 = Int16 to Int32, "int16 to int32", conversion::check::<i16, i32>, conversion::invoke::<i16, i32>;
    INT32_TO_INT8 = Int32 to Int8, "int32 to int8", conversion::check::<i32, i8>, conversion::invoke::<i32, i8>;
    INT32_TO_INT16 = Int32 to Int16, "int32 to int16", conversion::check::<i32, i16>, conversion::invoke::<i32, i16>;
}

fn check_float<O: Quantised>(op: &Op<'_>) -> Result<(), Fault> {
    op.parameters::<FloatParameters>()?;
    map::check_operands::<f32, O>(op, 0)
}

fn invoke_float<O: Quantised>(call: &Call<'_>) {
    let FloatParameters { scale, output } = *call.parameters();
    map::map(call, |value: f32| {
        let rounded = libm::roundf(value / scale) as i32;
        O::narrow(rounded.saturating_add(output.zero_point).max(output.minimum).min(output.maximum))
    });
}
