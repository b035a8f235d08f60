//! CIRCULAR_BUFFER: the last slots of a stream, oldest first.
//!
//! Input: one slot, `int8`. Output: all slots, which keep their place in the arena from invocation to invocation; the
//! oldest makes room for the input. Unless the output is due, which it is every `cycles` invocations, the invocation
//! ends here. Scratch: the invocations until it is due, one `uint32`. The rule is TFLM's.

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number};

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Every how many invocations the output is due.
    pub cycles: u32,
}

/// `int8`.
pub const INT8: Kernel = Kernel { code: code(number::CIRCULAR_BUFFER, 0), name: "CIRCULAR_BUFFER int8", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let _: &Parameters = op.parameters()?;
    op.arity(1, 1, 1)?;
    let (slot, slots) = (op.input_bytes(0), op.output_bytes(0));
    op.input::<i8>(0, slot)?;
    op.output::<i8>(0, slots)?;
    op.scratch_elements::<u32>(0, 1)?;
    if slot > slots {
        return Err(Fault::new("its slots are larger than its output"));
    }
    Ok(())
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, output, left) = (call.input::<i8>(0), call.output::<i8>(0), call.scratch::<u32>(0));
    let kept = output.len() - input.len();
    output.range(0, kept).copy_from(output.tail(input.len()).as_input());
    output.tail(kept).copy_from(input);
    match left.get(0) {
        0 | 1 => left.set(0, p.cycles),
        more => {
            left.set(0, more - 1);
            call.stop();
        }
    }
}
