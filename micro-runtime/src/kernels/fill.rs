//! FILL: `output[i] = value`.
//!
//! Input: the value, one element. Output: any shape, of the same type. The kernel moves bytes, whatever the type.

use super::{Call, Fault, Kernel, Op, code, number};

/// Any element type.
pub const BYTES: Kernel = Kernel { code: code(number::FILL, 0), name: "FILL", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    op.parameters::<()>()?;
    op.arity(1, 1, 0)?;
    op.writes_arena()?;
    let size = op.input_bytes(0);
    if matches!(size, 1 | 2 | 4 | 8) && op.output_bytes(0).is_multiple_of(size) {
        Ok(())
    } else {
        Err(Fault::new("its value does not fit the output"))
    }
}

fn invoke(call: &Call<'_>) {
    let (value, output) = (call.input_bytes(0), call.output_bytes(0));
    if value.len() == 1 {
        return output.fill(value.get(0));
    }
    (0..output.len()).step_by(value.len()).for_each(|start| output.range(start, value.len()).copy_from(value));
}
