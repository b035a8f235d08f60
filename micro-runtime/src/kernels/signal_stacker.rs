//! SignalStacker: rows of features are put side by side with the rows before and after them.
//!
//! Input: one row of `channels` `int16`. Outputs: `rows` rows, and one `bool` that says whether there are that many
//! already; if not, they are all 0 (TFLM leaves them as they happen to be in memory). The first row of a stream counts
//! `1 + repeats` times, every stack starts `step` rows after the one before. Scratch: the rows that are still needed,
//! and two `uint32`: how many rows that are, and whether there was a row at all. The rule is TFLM's `SignalStacker`.

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number, volume};

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Elements in a row, at least 1.
    pub channels: u32,
    /// Rows in a stack, at least 1.
    pub rows: u32,
    /// How often the first row of a stream is repeated, less than `rows`.
    pub repeats: u32,
    /// Rows from the start of one stack to the start of the next, 1 to `rows`.
    pub step: u32,
}

/// `int16`.
pub const INT16: Kernel = Kernel { code: code(number::SIGNAL_STACKER, 0), name: "SignalStacker int16", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(1, 2, 2)?;
    if p.channels == 0 || p.step == 0 || p.step > p.rows || p.repeats >= p.rows {
        return Err(Fault::new("its step or context does not fit its stacks"));
    }
    let stack = volume(&[p.channels, p.rows])?;
    op.input::<i16>(0, p.channels as usize)?;
    op.output::<i16>(0, stack)?;
    op.output::<u8>(1, 1)?;
    op.scratch_elements::<i16>(0, stack)?;
    op.scratch_elements::<u32>(1, 2)
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (channels, rows, step) = (p.channels as usize, p.rows as usize, p.step as usize);
    let (queue, state) = (call.scratch::<i16>(0), call.scratch::<u32>(1));
    let is_first = state.get(1) == 0;
    let mut held = if is_first { 0 } else { (state.get(0) as usize).min(rows - 1) };
    for _ in 0..if is_first { 1 + p.repeats as usize } else { 1 } {
        queue.range(held * channels, channels).copy_from(call.input(0));
        held += 1;
    }
    let (output, is_complete) = (call.output::<i16>(0), held == rows);
    if is_complete {
        output.copy_from(queue.as_input());
        held -= step;
        queue.range(0, held * channels).copy_from(queue.tail(step * channels).as_input());
    } else {
        output.fill(0);
    }
    state.set(0, held as u32);
    state.set(1, 1);
    call.output::<u8>(1).set(0, is_complete as u8);
}
