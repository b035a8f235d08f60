//! CAST: `output[i] = input[i]` as another element type.
//!
//! Input and output have the same shape. Floats lose their fraction and saturate at the ends of the integer type, NaN
//! becomes 0 (C++, and so TFLM's kernel, leaves these two open); integers keep their low bits; booleans are 0 or 1, and 1 is what any number
//! but 0 becomes.

use super::support::map;
use super::{Kernel, code, number};
use crate::arena::ElementType;

macro_rules! casts {
    (
        numbers {
            $($name:ident = $from:ident ($from_rust:ty, $from_text:literal) to $to:ident ($to_rust:ty, $to_text:literal);)*
        }
        truths { $($truth:ident = $truth_from:ident ($truth_rust:ty, $truth_text:literal);)* }
    ) => {
        $(
            #[doc = concat!("`", $from_text, "` to `", $to_text, "`.")]
            pub const $name: Kernel = Kernel {
                code: code(number::CAST, (ElementType::$from as u16) << 8 | ElementType::$to as u16),
                name: concat!("CAST ", $from_text, " to ", $to_text),
                check: map::check::<$from_rust, $to_rust>,
                invoke: |call| map::map(call, |value: $from_rust| value as $to_rust),
            };
        )*
        $(
            #[doc = concat!("`", $truth_text, "` to `bool`.")]
            pub const $truth: Kernel = Kernel {
                code: code(number::CAST, (ElementType::$truth_from as u16) << 8 | ElementType::Bool as u16),
                name: concat!("CAST ", $truth_text, " to bool"),
                check: map::check::<$truth_rust, u8>,
                invoke: |call| map::map(call, |value: $truth_rust| (value != 0 as $truth_rust) as u8),
            };
        )*

        /// The kernel from one element type to another one.
        pub fn between(from: ElementType, to: ElementType) -> Option<Kernel> {
            match (from, to) {
                $((ElementType::$from, ElementType::$to) => Some($name),)*
                $((ElementType::$truth_from, ElementType::Bool) => Some($truth),)*
                _ => None,
            }
        }
    };
}

casts! {
    numbers {
        BOOL_TO_FLOAT32 = Bool (u8, "bool") to Float32 (f32, "float32");
        BOOL_TO_INT8 = Bool (u8, "bool") to Int8 (i8, "int8");
        BOOL_TO_INT16 = Bool (u8, "bool") to Int16 (i16, "int16");
        BOOL_TO_INT32 = Bool (u8, "bool") to Int32 (i32, "int32");
        BOOL_TO_UINT32 = Bool (u8, "bool") to Uint32 (u32, "uint32");
        FLOAT32_TO_INT8 = Float32 (f32, "float32") to Int8 (i8, "int8");
        FLOAT32_TO_INT16 = Float32 (f32, "float32") to Int16 (i16, "int16");
        FLOAT32_TO_INT32 = Float32 (f32, "float32") to Int32 (i32, "int32");
        FLOAT32_TO_UINT32 = Float32 (f32, "float32") to Uint32 (u32, "uint32");
        INT8_TO_FLOAT32 = Int8 (i8, "int8") to Float32 (f32, "float32");
        INT8_TO_INT16 = Int8 (i8, "int8") to Int16 (i16, "int16");
        INT8_TO_INT32 = Int8 (i8, "int8") to Int32 (i32, "int32");
        INT8_TO_UINT32 = Int8 (i8, "int8") to Uint32 (u32, "uint32");
        INT16_TO_FLOAT32 = Int16 (i16, "int16") to Float32 (f32, "float32");
        INT16_TO_INT8 = Int16 (i16, "int16") to Int8 (i8, "int8");
        INT16_TO_INT32 = Int16 (i16, "int16") to Int32 (i32, "int32");
        INT16_TO_UINT32 = Int16 (i16, "int16") to Uint32 (u32, "uint32");
        INT32_TO_FLOAT32 = Int32 (i32, "int32") to Float32 (f32, "float32");
        INT32_TO_INT8 = Int32 (i32, "int32") to Int8 (i8, "int8");
        INT32_TO_INT16 = Int32 (i32, "int32") to Int16 (i16, "int16");
        INT32_TO_UINT32 = Int32 (i32, "int32") to Uint32 (u32, "uint32");
        UINT32_TO_FLOAT32 = Uint32 (u32, "uint32") to Float32 (f32, "float32");
        UINT32_TO_INT8 = Uint32 (u32, "uint32") to Int8 (i8, "int8");
        UINT32_TO_INT16 = Uint32 (u32, "uint32") to Int16 (i16, "int16");
        UINT32_TO_INT32 = Uint32 (u32, "uint32") to Int32 (i32, "int32");
    }
    truths {
        FLOAT32_TO_BOOL = Float32 (f32, "float32");
        INT8_TO_BOOL = Int8 (i8, "int8");
        INT16_TO_BOOL = Int16 (i16, "int16");
        INT32_TO_BOOL = Int32 (i32, "int32");
        UINT32_TO_BOOL = Uint32 (u32, "uint32");
    }
}
