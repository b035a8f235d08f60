//! SignalOverlapAdd: frames that overlap are added up to a stream of samples.
//!
//! Input `[rows, frames, size]`, output `[rows, frames * step]`. Scratch: for each row the sums that later frames still
//! add to, `[rows, size]`. `int16` sums saturate. The rule is TFLM's `SignalOverlapAdd`.

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::Element;

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The number of rows.
    pub rows: u32,
    /// Frames in a row.
    pub frames: u32,
    /// Samples in a frame, at least `step`.
    pub size: u32,
    /// Samples from the start of one frame to the start of the next, at least 1.
    pub step: u32,
}

/// `int16`.
pub const INT16: Kernel = Kernel {
    code: code(number::SIGNAL_OVERLAP_ADD, 0),
    name: "SignalOverlapAdd int16",
    check: check::<i16>,
    invoke: int16,
};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::SIGNAL_OVERLAP_ADD, 1),
    name: "SignalOverlapAdd float32",
    check: check::<f32>,
    invoke: float32,
};

fn check<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(1, 1, 1)?;
    if p.step == 0 || p.size < p.step {
        return Err(Fault::new("its step does not fit its frames"));
    }
    op.input::<T>(0, volume(&[p.rows, p.frames, p.size])?)?;
    op.output::<T>(0, volume(&[p.rows, p.frames, p.step])?)?;
    op.scratch_elements::<T>(0, volume(&[p.rows, p.size])?)
}

fn int16(call: &Call<'_>) {
    overlap_add(call, 0, i16::saturating_add);
}

fn float32(call: &Call<'_>) {
    overlap_add(call, 0.0, |sum: f32, sample| sum + sample);
}

fn overlap_add<T: Element>(call: &Call<'_>, zero: T, add: fn(T, T) -> T) {
    let p: &Parameters = call.parameters();
    let (frames, size, step) = (p.frames as usize, p.size as usize, p.step as usize);
    let (input, output, sums) = (call.input::<T>(0), call.output::<T>(0), call.scratch::<T>(0));
    for row in 0..p.rows as usize {
        let sums = sums.range(row * size, size);
        for frame in row * frames..(row + 1) * frames {
            for (sum, sample) in sums.iter().zip(input.range(frame * size, size).iter()) {
                sum.set(add(sum.get(), sample));
            }
            output.range(frame * step, step).copy_from(sums.range(0, step).as_input());
            sums.range(0, size - step).copy_from(sums.tail(step).as_input());
            sums.tail(size - step).fill(zero);
        }
    }
}
