//! SignalRfft: the Fourier transform of rows of real samples.
//!
//! Input `[rows, input_length]`; a row that is shorter than the transform counts as followed by zeros. Second input:
//! the forward table of [`fill_twiddles`](crate::frontend::fft::fill_twiddles), of the same type. Output
//! `[rows, size + 2]`: (re, im) pairs. The rule is in [`rfft`].

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::frontend::fft::{Sample, is_supported, rfft, twiddle_length};

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The number of transforms.
    pub rows: u32,
    /// Samples in a row, at most `size`.
    pub input_length: u32,
    /// Samples in a transform, one that [`is_supported`].
    pub size: u32,
}

/// `int16`.
pub const INT16: Kernel =
    Kernel { code: code(number::SIGNAL_RFFT, 0), name: "SignalRfft int16", check: check::<i16>, invoke: invoke::<i16> };

/// `int32`.
pub const INT32: Kernel =
    Kernel { code: code(number::SIGNAL_RFFT, 1), name: "SignalRfft int32", check: check::<i32>, invoke: invoke::<i32> };

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::SIGNAL_RFFT, 2),
    name: "SignalRfft float32",
    check: check::<f32>,
    invoke: invoke::<f32>,
};

fn check<T: Sample>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(2, 1, 0)?;
    if !is_supported(p.size as usize) || p.input_length > p.size {
        return Err(Fault::new("the size of its transform is not supported"));
    }
    op.input::<T>(0, volume(&[p.rows, p.input_length])?)?;
    op.input::<T>(1, twiddle_length(p.size as usize))?;
    op.output::<T>(0, volume(&[p.rows, p.size + 2])?)
}

fn invoke<T: Sample>(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, twiddles, output) = (call.input::<T>(0), call.input::<T>(1), call.output::<T>(0));
    let (size, input_length) = (p.size as usize, p.input_length as usize);
    for row in 0..p.rows as usize {
        let samples = input.range(row * input_length, input_length);
        rfft(size, samples, twiddles, output.range(row * (size + 2), size + 2));
    }
}
