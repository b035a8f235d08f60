//! The twin of [`FULLY_CONNECTED int8`](crate::kernels::fully_connected::INT8) for weights without a zero point.
//!
//! [`OUTPUTS`] output elements at a time are accumulated over the input row and then written, in order.

use bytemuck::{Pod, Zeroable};

use super::inner::channels::Stage;
use super::inner::dense::{Filters, row};
use super::{OUTPUTS, RECORD, TWIN};
use crate::instructions::{Instructions, Native};
use crate::kernels::support::requantise::OutputStage;
use crate::kernels::{Call, Fault, Kernel, Op, code, number, volume};

/// Parameters.
///
/// Inputs: input, packed weights ([`weight_words`]), records ([`RECORD`] words for each output, rounded up to a multiple
/// of [`OUTPUTS`]). One output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Rows of the input.
    pub batches: u32,
    /// Elements of an input row.
    pub input_depth: u32,
    /// Elements of an output row.
    pub output_depth: u32,
    /// Zero point and range of the output.
    pub output: OutputStage,
}

/// `int8`.
pub const INT8: Kernel = Kernel {
    code: code(number::FULLY_CONNECTED, TWIN),
    name: "FULLY_CONNECTED int8 (armv7em)",
    check,
    invoke: |call| multiply::<Native>(call),
};

/// Words of packed weights.
pub fn weight_words(input_depth: u32, output_depth: u32) -> Result<usize, Fault> {
    volume(&[input_depth.div_ceil(4), output_depth.div_ceil(OUTPUTS as u32), 4])
}

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(3, 1, 0)?;
    op.input::<i8>(0, volume(&[p.batches, p.input_depth])?)?;
    op.input::<i32>(1, weight_words(p.input_depth, p.output_depth)?)?;
    op.input::<i32>(2, volume(&[p.output_depth.div_ceil(OUTPUTS as u32), (OUTPUTS * RECORD) as u32])?)?;
    op.output::<i8>(0, volume(&[p.batches, p.output_depth])?)
}

fn multiply<I: Instructions>(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, output) = (call.input(0), call.output(0));
    let filters = Filters { weights: call.input(1), channels: call.input(2), stage: Stage::new(&p.output) };
    let (depth, channels) = (p.input_depth as usize, p.output_depth as usize);
    for batch in 0..p.batches as usize {
        row::<I>(&filters, input.range(batch * depth, depth), output.range(batch * channels, channels));
    }
}
