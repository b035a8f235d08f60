//! EMBEDDING_LOOKUP: rows of a table, by number.
//!
//! `output[i] = table[rows[i]]`, for any element type, or with `int8` rows that become floats on the way. A number
//! outside the table ends the invocation.

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number, volume};

/// Parameters. Inputs: row numbers `[lookups]`, table `[rows, row_elements]`. Output `[lookups, row_elements]`.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// How many rows are looked up.
    pub lookups: u32,
    /// Rows of the table.
    pub rows: u32,
    /// Elements of a row; its bytes, for the kernel that moves bytes.
    pub row_elements: u32,
    /// What the elements are multiplied by; unused by the kernel that moves bytes.
    pub scale: f32,
}

/// Elements of any size, which stay as they are.
pub const BYTES: Kernel =
    Kernel { code: code(number::EMBEDDING_LOOKUP, 0), name: "EMBEDDING_LOOKUP", check: check_bytes, invoke: bytes };

/// An `int8` table and a `float32` output.
pub const HYBRID: Kernel = Kernel {
    code: code(number::EMBEDDING_LOOKUP, 1),
    name: "EMBEDDING_LOOKUP int8 to float32",
    check: check_hybrid,
    invoke: hybrid,
};

fn check_bytes(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(2, 1, 0)?;
    op.writes_arena()?;
    op.input::<i32>(0, p.lookups as usize)?;
    if op.input_bytes(1) != volume(&[p.rows, p.row_elements])?
        || op.output_bytes(0) != volume(&[p.lookups, p.row_elements])?
    {
        return Err(Fault::new("an operand has the wrong length"));
    }
    Ok(())
}

fn check_hybrid(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(2, 1, 0)?;
    op.input::<i32>(0, p.lookups as usize)?;
    op.input::<i8>(1, volume(&[p.rows, p.row_elements])?)?;
    op.output::<f32>(0, volume(&[p.lookups, p.row_elements])?)
}

/// Calls `row` with the start of each output row and of the table row that belongs there.
#[inline(always)]
fn for_each_row(call: &Call<'_>, mut row: impl FnMut(usize, usize)) {
    let p: &Parameters = call.parameters();
    let length = p.row_elements as usize;
    for (position, number) in call.input::<i32>(0).iter().enumerate() {
        if number < 0 || number as u32 >= p.rows {
            return call.fail("a row number lies outside the table");
        }
        row(position * length, number as usize * length);
    }
}

fn bytes(call: &Call<'_>) {
    let length = call.parameters::<Parameters>().row_elements as usize;
    let (table, output) = (call.input_bytes(1), call.output_bytes(0));
    for_each_row(call, |to, from| output.range(to, length).copy_from(table.range(from, length)));
}

fn hybrid(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (length, scale) = (p.row_elements as usize, p.scale);
    let (table, output) = (call.input::<i8>(1), call.output::<f32>(0));
    for_each_row(call, |to, from| {
        let cells = output.range(to, length);
        cells.iter().zip(table.range(from, length).iter()).for_each(|(cell, value)| cell.set(scale * value as f32));
    });
}
