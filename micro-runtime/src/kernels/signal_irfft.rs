//! SignalIrfft: rows of frequencies become samples again.
//!
//! Input `[rows, size + 2]`: (re, im) pairs. Second input: the inverse table of
//! [`fill_twiddles`](crate::frontend::fft::fill_twiddles), of the same type. Output `[rows, size]`. The rule is in
//! [`irfft`].

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::frontend::fft::{Sample, irfft, is_supported, twiddle_length};

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The number of transforms.
    pub rows: u32,
    /// Samples in a transform, one that [`is_supported`].
    pub size: u32,
}

/// `int16`.
pub const INT16: Kernel = Kernel {
    code: code(number::SIGNAL_IRFFT, 0),
    name: "SignalIrfft int16",
    check: check::<i16>,
    invoke: invoke::<i16>,
};

/// `int32`.
pub const INT32: Kernel = Kernel {
    code: code(number::SIGNAL_IRFFT, 1),
    name: "SignalIrfft int32",
    check: check::<i32>,
    invoke: invoke::<i32>,
};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::SIGNAL_IRFFT, 2),
    name: "SignalIrfft float32",
    check: check::<f32>,
    invoke: invoke::<f32>,
};

fn check<T: Sample>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(2, 1, 0)?;
    if !is_supported(p.size as usize) {
        return Err(Fault::new("the size of its transform is not supported"));
    }
    op.input::<T>(0, volume(&[p.rows, p.size + 2])?)?;
    op.input::<T>(1, twiddle_length(p.size as usize))?;
    op.output::<T>(0, volume(&[p.rows, p.size])?)
}

fn invoke<T: Sample>(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, twiddles, output) = (call.input::<T>(0), call.input::<T>(1), call.output::<T>(0));
    let size = p.size as usize;
    for row in 0..p.rows as usize {
        let frequencies = input.range(row * (size + 2), size + 2);
        irfft(size, frequencies, twiddles, output.range(row * size, size));
    }
}
