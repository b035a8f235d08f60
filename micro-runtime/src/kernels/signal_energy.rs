//! SignalEnergy: `output[bin] = re[bin]² + im[bin]²` for the bins of a range, 0 for the others.
//!
//! Input: `int16` (re, im) pairs. Output: one `uint32` for each pair. The rule is in [`energies`]; TFLM leaves the bins
//! outside of the range as they happen to be in memory.

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number};
use crate::frontend::energy::energies;

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The first bin, at most `end`.
    pub first: u32,
    /// One past the last bin, at most the number of bins.
    pub end: u32,
}

/// `int16`.
pub const INT16: Kernel = Kernel { code: code(number::SIGNAL_ENERGY, 0), name: "SignalEnergy int16", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(1, 1, 0)?;
    let bins = op.input_bytes(0) / 4;
    op.input::<i16>(0, 2 * bins)?;
    op.output::<u32>(0, bins)?;
    if p.first > p.end || p.end as usize > bins {
        return Err(Fault::new("its range of bins is too large"));
    }
    Ok(())
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (first, end) = (p.first as usize, p.end as usize);
    let output = call.output::<u32>(0);
    output.range(0, first).fill(0);
    energies(call.input(0), first, end, output);
    output.tail(end).fill(0);
}
