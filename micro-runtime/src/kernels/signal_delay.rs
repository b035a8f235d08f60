//! SignalDelay: every row of samples comes out `delay` samples later, zeros first.
//!
//! Input and output `[rows, length]`, `int16`. Scratch: the samples that are still under way, `[rows, delay]`, as rings
//! that share one position, and that position. The rule is TFLM's `SignalDelay`.

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number, volume};

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The number of rows.
    pub rows: u32,
    /// Samples in a row.
    pub length: u32,
    /// By how many samples a row is late, at least 1.
    pub delay: u32,
}

/// `int16`.
pub const INT16: Kernel = Kernel { code: code(number::SIGNAL_DELAY, 0), name: "SignalDelay int16", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(1, 1, 2)?;
    if p.delay == 0 {
        return Err(Fault::new("it delays by nothing"));
    }
    let samples = volume(&[p.rows, p.length])?;
    op.input::<i16>(0, samples)?;
    op.output::<i16>(0, samples)?;
    op.scratch_elements::<i16>(0, volume(&[p.rows, p.delay])?)?;
    op.scratch_elements::<u32>(1, 1)
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (rows, length, delay) = (p.rows as usize, p.length as usize, p.delay as usize);
    let (input, output) = (call.input::<i16>(0), call.output::<i16>(0));
    let (rings, position) = (call.scratch::<i16>(0), call.scratch::<u32>(1));
    let first = position.get(0) as usize % delay;
    let mut next = first;
    for row in 0..rows {
        let ring = rings.range(row * delay, delay);
        next = first;
        for index in row * length..(row + 1) * length {
            let sample = input.get(index);
            output.set(index, ring.get(next));
            ring.set(next, sample);
            next = if next + 1 == delay { 0 } else { next + 1 };
        }
    }
    position.set(0, next as u32);
}
