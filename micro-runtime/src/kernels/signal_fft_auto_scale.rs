//! SignalFftAutoScale: samples are shifted left as far as the loudest one allows.
//!
//! Input: `int16` samples. Outputs: the shifted samples, and the number of bits as one `int32`. The rule is in
//! [`auto_scale`].

use super::{Call, Fault, Kernel, Op, code, number};
use crate::frontend::auto_scale::auto_scale;

/// `int16`. No parameters.
pub const INT16: Kernel =
    Kernel { code: code(number::SIGNAL_FFT_AUTO_SCALE, 0), name: "SignalFftAutoScale int16", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    op.arity(1, 2, 0)?;
    let samples = op.input_bytes(0) / 2;
    op.input::<i16>(0, samples)?;
    op.output::<i16>(0, samples)?;
    op.output::<i32>(1, 1)
}

fn invoke(call: &Call<'_>) {
    let shift = auto_scale(call.input(0), call.output(0));
    call.output::<i32>(1).set(0, shift);
}
