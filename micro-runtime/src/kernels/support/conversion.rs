//! From one quantisation to another, element by element.

use bytemuck::{Pod, Zeroable};

use super::map;
use super::requantise::{OutputStage, check_multiplier};
use crate::arena::Element;
use crate::fixed::Multiplier;
use crate::kernels::{Call, Fault, Op};

/// `clamp((value - input_zero_point) * multiplier + output.zero_point)`.
///
/// The parameters of kernels with one input and one output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Conversion {
    /// Zero point of the input.
    pub input_zero_point: i32,
    /// Scale of the input over scale of the output.
    pub multiplier: Multiplier,
    /// Zero point and range of the output, the range inside that of its type.
    pub output: OutputStage,
}

impl Conversion {
    /// The output value for an input value.
    #[inline(always)]
    pub fn apply(&self, value: i32) -> i32 {
        self.output.apply(self.multiplier.apply(value.wrapping_sub(self.input_zero_point)))
    }
}

/// An integer type that holds quantised values.
pub trait Quantised: Element + Into<i32> {
    /// The value as this type, of which it is known to be in range.
    fn narrow(value: i32) -> Self;
}

macro_rules! quantised {
    ($($rust:ty)*) => {$(
        impl Quantised for $rust {
            #[inline(always)]
            fn narrow(value: i32) -> Self {
                value as Self
            }
        }
    )*};
}

quantised!(i8 u8 i16 i32);

/// Requires an input of type `I` and an output of type `O` with as many elements, and a sound multiplier.
pub fn check<I: Quantised, O: Quantised>(op: &Op<'_>) -> Result<(), Fault> {
    check_multiplier(op.parameters::<Conversion>()?.multiplier)?;
    map::check_operands::<I, O>(op, 0)
}

/// Converts every element.
pub fn invoke<I: Quantised, O: Quantised>(call: &Call<'_>) {
    let conversion = *call.parameters::<Conversion>();
    map::map(call, |value: I| O::narrow(conversion.apply(value.into())));
}
