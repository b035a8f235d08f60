//! Functions of `int8` as a table of their 256 values, worked out by the compiler.

use super::map::{check_operands, map};
use crate::kernels::{Call, Fault, Op};

/// Values in a table, one for each `int8`.
pub const LENGTH: usize = 256;

/// Requires an input, an output with as many elements, and as input 1 the constant table, all `int8`.
///
/// The table starts with the values for `0..=127`; those for `-128..=-1` follow. There are no parameters.
pub fn check(op: &Op<'_>) -> Result<(), Fault> {
    op.parameters::<()>()?;
    check_operands::<i8, i8>(op, 1)?;
    if op.constant_input::<i8>(1)?.len() == LENGTH { Ok(()) } else { Err(Fault::new("its table has the wrong length")) }
}

/// Looks every element up.
pub fn invoke(call: &Call<'_>) {
    let table = call.input::<i8>(1).range(0, LENGTH);
    map(call, |value: i8| table.get(value as u8 as usize));
}
