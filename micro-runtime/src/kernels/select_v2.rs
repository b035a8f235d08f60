//! SELECT_V2: `output = condition ? first : second`, all three broadcast against each other.
//!
//! The values are moved as they are, so first, second and output share one quantisation.

use super::support::broadcast::{Broadcast, map3};
use super::{Call, Fault, Kernel, Op, code, number};
use crate::arena::Element;

/// `int8`.
pub const INT8: Kernel = kernel::<i8>(0, "SELECT_V2 int8");

/// `int16`.
pub const INT16: Kernel = kernel::<i16>(1, "SELECT_V2 int16");

/// `float32`.
pub const FLOAT32: Kernel = kernel::<f32>(2, "SELECT_V2 float32");

/// Inputs: condition, first, second. One output. The parameters are the [`Broadcast`] of the inputs.
const fn kernel<T: Element>(variant: u16, name: &'static str) -> Kernel {
    Kernel { code: code(number::SELECT_V2, variant), name, check: check::<T>, invoke: invoke::<T> }
}

fn check<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let broadcast: &Broadcast = op.parameters()?;
    op.arity(3, 1, 0)?;
    op.input::<u8>(0, broadcast.operand_elements(0)?)?;
    op.input::<T>(1, broadcast.operand_elements(1)?)?;
    op.input::<T>(2, broadcast.operand_elements(2)?)?;
    op.output::<T>(0, broadcast.elements()?)
}

fn invoke<T: Element>(call: &Call<'_>) {
    let inputs = (call.input::<u8>(0), call.input::<T>(1), call.input::<T>(2));
    map3(
        call.parameters(),
        inputs,
        call.output::<T>(0),
        |condition, first, second| {
            if condition != 0 { first } else { second }
        },
    );
}
