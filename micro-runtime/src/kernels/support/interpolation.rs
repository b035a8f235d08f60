//! Functions of `int16` values as tables of 513 supporting points, with straight lines between them.

use crate::arena::Input;

/// The length of a table: a point for every 128th value, and the end.
pub const POINTS: usize = 513;

/// The function's value at `value`. The table has [`POINTS`] entries. The rule is that of TFLite's int16 tables.
#[inline(always)]
pub fn interpolate(table: Input<'_, i16>, value: i16) -> i16 {
    let index = (256 + (value as i32 >> 7)) as usize;
    let base = table.get(index);
    let slope = table.get(index + 1).wrapping_sub(base);
    let rise = (slope as i32 * (value as i32 & 0x7f) + 64) >> 7;
    (base as i32 + rise) as i16
}
