//! The logistic function and the hyperbolic tangent of `int16` values, looked up in one table and interpolated.
//!
//! The table has `1 / (1 + exp(-i / 24)) * 2^16` for `i` in `0..256`. Tables end where both functions are as good as
//! 1. Results have 15 fractional bits. The rule is TFLM's reference kernel.

use bytemuck::{Pod, Zeroable};

use super::map::{check_operands, map};
use crate::arena::Input;
use crate::kernels::{Call, Fault, Op};

/// Values in the table.
pub const LENGTH: usize = 256;

/// Brings an input to the scale of the table, `1 / (24 * 512)`: `value * multiplier / 2^shift`, ties upwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct TableScale {
    /// Numerator.
    pub multiplier: i32,
    /// In `0..=31`.
    pub shift: u32,
}

impl TableScale {
    /// Requires the shift to be in range.
    pub fn check(&self) -> Result<(), Fault> {
        if self.shift <= 31 { Ok(()) } else { Err(Fault::new("a shift is out of range")) }
    }

    #[inline(always)]
    fn apply(self, value: i16) -> i32 {
        let rounding = if self.shift > 0 { 1 << (self.shift - 1) } else { 0 };
        (value as i32).wrapping_mul(self.multiplier).wrapping_add(rounding) >> self.shift
    }
}

/// The table between its points: `position` has `bits` fractional bits, as many as the result has below its 16.
/// `None` past the end.
#[inline(always)]
fn interpolate(table: Input<'_, u16>, position: u32, bits: u32) -> Option<i32> {
    let index = (position >> bits) as usize;
    if index >= LENGTH - 1 {
        return None;
    }
    let (here, next) = (table.get(index) as i32, table.get(index + 1) as i32);
    let fraction = (position & ((1 << bits) - 1)) as i32;
    Some((here << bits) + fraction * (next - here))
}

/// The logistic function of `value` at `scale`, as `0.15`; `table` has [`LENGTH`] values.
#[inline(always)]
pub fn logistic(table: Input<'_, u16>, scale: TableScale, value: i16) -> i16 {
    let scaled = scale.apply(value);
    let upper = interpolate(table, scaled.unsigned_abs(), 9).unwrap_or(0x7FFF << 10);
    let rounded = if scaled >= 0 { upper + (1 << 9) } else { (1 << 25) - upper + (1 << 9) - 1 };
    (rounded >> 10) as i16
}

/// The hyperbolic tangent of `value` at `scale`, as `0.15`: `2 * logistic(2 * x) - 1`.
#[inline(always)]
pub fn tanh(table: Input<'_, u16>, scale: TableScale, value: i16) -> i16 {
    let scaled = scale.apply(value);
    let upper = interpolate(table, scaled.unsigned_abs(), 8).unwrap_or(0xFFFF << 8) - (1 << 23);
    let rounded = if scaled >= 0 { upper + (1 << 7) } else { (1 << 7) - 1 - upper };
    (rounded >> 8) as i16
}

/// Requires [`TableScale`] as parameters, an `int16` input and output of one length, and the table as input 1.
pub fn check(op: &Op<'_>) -> Result<(), Fault> {
    op.parameters::<TableScale>()?.check()?;
    check_operands::<i16, i16>(op, 1)?;
    if op.constant_input::<u16>(1)?.len() == LENGTH {
        Ok(())
    } else {
        Err(Fault::new("its table has the wrong length"))
    }
}

/// Applies [`logistic`] or [`tanh`] to every element.
#[inline(always)]
pub fn invoke(call: &Call<'_>, function: impl Fn(Input<'_, u16>, TableScale, i16) -> i16) {
    let scale = *call.parameters::<TableScale>();
    let table = call.input::<u16>(1).range(0, LENGTH);
    map(call, |value: i16| function(table, scale, value));
}
