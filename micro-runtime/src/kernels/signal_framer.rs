//! SignalFramer: a stream of samples is cut into frames that overlap.
//!
//! Input `[rows, frames * step]`, `int16`. Outputs: `[rows, frames, size]` `int16`, and one `bool` that says whether all
//! of them are complete; a frame that is not is all 0 (TFLM leaves it as it happens to be in memory). Scratch: for each
//! row the samples that are still needed, `[rows, size rounded up to whole steps]`, and how many there are. The rule is
//! TFLM's `SignalFramer`.

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number, volume};

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The number of rows, at least 1.
    pub rows: u32,
    /// Frames in a row.
    pub frames: u32,
    /// Samples in a frame, at least `step`.
    pub size: u32,
    /// Samples from the start of one frame to the start of the next, at least 1.
    pub step: u32,
}

/// `int16`.
pub const INT16: Kernel = Kernel { code: code(number::SIGNAL_FRAMER, 0), name: "SignalFramer int16", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(1, 2, 2)?;
    if p.rows == 0 || p.step == 0 || p.size < p.step {
        return Err(Fault::new("its step does not fit its frames"));
    }
    op.input::<i16>(0, volume(&[p.rows, p.frames, p.step])?)?;
    op.output::<i16>(0, volume(&[p.rows, p.frames, p.size])?)?;
    op.output::<u8>(1, 1)?;
    op.scratch_elements::<i16>(0, volume(&[p.rows, p.size.div_ceil(p.step), p.step])?)?;
    op.scratch_elements::<u32>(1, 1)
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (frames, size, step) = (p.frames as usize, p.size as usize, p.step as usize);
    let capacity = size.div_ceil(step) * step;
    let (input, output) = (call.input::<i16>(0), call.output::<i16>(0));
    let (queues, held) = (call.scratch::<i16>(0), call.scratch::<u32>(1));
    let held_before = held.get(0) as usize;
    let mut held_now = held_before;
    let mut all_complete = true;
    for row in 0..p.rows as usize {
        let queue = queues.range(row * capacity, capacity);
        held_now = held_before;
        for frame in row * frames..(row + 1) * frames {
            let start = held_now.min(capacity - step);
            queue.range(start, step).copy_from(input.range(frame * step, step));
            held_now = start + step;
            let output = output.range(frame * size, size);
            if held_now >= size {
                output.copy_from(queue.range(0, size).as_input());
                held_now -= step;
                queue.range(0, held_now).copy_from(queue.range(step, held_now).as_input());
            } else {
                output.fill(0);
                all_complete = false;
            }
        }
    }
    held.set(0, held_now as u32);
    call.output::<u8>(1).set(0, all_complete as u8);
}
