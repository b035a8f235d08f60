//! Functions of `int8` as a table of their 256 values, worked out by the compiler.

use super::map;
use crate::arena::Input;
use crate::kernels::{Call, Fault, Op};

/// Values in a table, one for each `int8`.
pub const LENGTH: usize = 256;

/// The table in input 1: the values for `0..=127`, then those for `-128..=-1`.
#[derive(Clone, Copy)]
pub struct Table<'a>(Input<'a, i8>);

impl<'a> Table<'a> {
    /// That of `call`.
    #[inline(always)]
    pub fn of(call: &Call<'a>) -> Table<'a> {
        Table(call.input(1).range(0, LENGTH))
    }

    /// The value for `input`.
    #[inline(always)]
    pub fn get(self, input: i8) -> i8 {
        self.0.get(input as u8 as usize)
    }
}

/// Requires an input, an output with as many elements, and as input 1 a constant table, all `int8`.
pub fn check_operands(op: &Op<'_>) -> Result<(), Fault> {
    map::check_operands::<i8, i8>(op, 1)?;
    if op.constant_input::<i8>(1)?.len() == LENGTH { Ok(()) } else { Err(Fault::new("its table has the wrong length")) }
}

/// The check of a kernel that does nothing but look up: [`check_operands`], and no parameters.
pub fn check(op: &Op<'_>) -> Result<(), Fault> {
    op.parameters::<()>()?;
    check_operands(op)
}

/// Looks every element up.
pub fn invoke(call: &Call<'_>) {
    let table = Table::of(call);
    map::map(call, |value: i8| table.get(value));
}
