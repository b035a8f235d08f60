//! The types of elements: as Programs record them, and as kernels read and write them.

#![deny(unsafe_code)]

use bytemuck::Pod;

/// The type of the elements of a tensor, as Programs record it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum ElementType {
    /// 8-bit signed integer.
    Int8 = 1,
    /// 16-bit signed integer.
    Int16 = 2,
    /// 32-bit signed integer.
    Int32 = 3,
    /// 64-bit signed integer.
    Int64 = 4,
    /// 8-bit unsigned integer.
    Uint8 = 5,
    /// 16-bit unsigned integer.
    Uint16 = 6,
    /// 32-bit unsigned integer.
    Uint32 = 7,
    /// 64-bit unsigned integer.
    Uint64 = 8,
    /// IEEE 754 single precision.
    Float32 = 9,
    /// One byte, 0 or 1. Kernels read it as [`u8`].
    Bool = 10,
    /// Two 4-bit signed integers a byte, the first in the low half. Kernels read it as [`u8`].
    Int4 = 11,
}

impl ElementType {
    /// Every element type, in the order of the codes.
    pub const ALL: [ElementType; 11] = [
        ElementType::Int8,
        ElementType::Int16,
        ElementType::Int32,
        ElementType::Int64,
        ElementType::Uint8,
        ElementType::Uint16,
        ElementType::Uint32,
        ElementType::Uint64,
        ElementType::Float32,
        ElementType::Bool,
        ElementType::Int4,
    ];

    /// The element type with this code, if there is one.
    pub const fn from_code(code: u8) -> Option<ElementType> {
        if code >= 1 && code as usize <= Self::ALL.len() { Some(Self::ALL[code as usize - 1]) } else { None }
    }

    /// The name people know it by: `int8`, `float32`, `bool`, ...
    pub const fn name(self) -> &'static str {
        match self {
            ElementType::Int8 => "int8",
            ElementType::Int16 => "int16",
            ElementType::Int32 => "int32",
            ElementType::Int64 => "int64",
            ElementType::Uint8 => "uint8",
            ElementType::Uint16 => "uint16",
            ElementType::Uint32 => "uint32",
            ElementType::Uint64 => "uint64",
            ElementType::Float32 => "float32",
            ElementType::Bool => "bool",
            ElementType::Int4 => "int4",
        }
    }

    /// The size in bytes of one stored element; of a pair of elements for [`ElementType::Int4`].
    pub const fn size(self) -> usize {
        match self {
            ElementType::Int8 | ElementType::Uint8 | ElementType::Bool | ElementType::Int4 => 1,
            ElementType::Int16 | ElementType::Uint16 => 2,
            ElementType::Int32 | ElementType::Uint32 | ElementType::Float32 => 4,
            ElementType::Int64 | ElementType::Uint64 => 8,
        }
    }

    /// The bytes that `elements` elements take, rounded up to whole bytes.
    pub const fn bytes_for(self, elements: usize) -> Option<usize> {
        match self {
            ElementType::Int4 => Some(elements.div_ceil(2)),
            _ => elements.checked_mul(self.size()),
        }
    }
}

mod sealed {
    pub trait Sealed {}
}

/// A Rust type that kernels read and write tensors as.
pub trait Element: Pod + PartialEq + PartialOrd + core::fmt::Debug + sealed::Sealed {
    /// The types of operands that may be read as `Self`, all of its size: a bit for the code of each.
    const ACCEPTED: u16;

    /// Whether an operand of this type may be read as `Self`.
    fn accepts(element_type: ElementType) -> bool {
        Self::ACCEPTED >> element_type as u32 & 1 == 1
    }
}

macro_rules! elements {
    ($($rust:ty: $($element_type:ident)|+;)*) => {$(
        impl sealed::Sealed for $rust {}
        impl Element for $rust {
            const ACCEPTED: u16 = $(1 << ElementType::$element_type as u32)|+;
        }
    )*};
}

elements! {
    i8: Int8;
    i16: Int16;
    i32: Int32;
    i64: Int64;
    u8: Uint8 | Bool | Int4;
    u16: Uint16;
    u32: Uint32;
    u64: Uint64;
    f32: Float32;
}
