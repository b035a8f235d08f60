//! The twin of [`ADD int8`](crate::kernels::add::INT8) for operands of one shape.
//!
//! Four elements of both operands are read, then four of the output written, in order.

use bytemuck::{Pod, Zeroable};

use super::TWIN;
use super::inner::channels::{Channel, Stage};
use super::inner::sums::{HEADROOM, Operand, sums};
use crate::instructions::{Instructions, Native};
use crate::kernels::support::rescale::{Requantise, Rescale};
use crate::kernels::{Call, Fault, Kernel, Op, code, number};

/// Parameters. Inputs: left, right. One output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Elements of each operand.
    pub elements: u32,
    /// From the first operand to the common scale.
    pub left: Rescale,
    /// From the second operand to the common scale.
    pub right: Rescale,
    /// From the sum to the output.
    pub output: Requantise,
}

/// `int8`.
pub const INT8: Kernel =
    Kernel { code: code(number::ADD, TWIN), name: "ADD int8 (armv7em)", check, invoke: |call| add::<Native>(call) };

impl Parameters {
    /// Requires the scales to be those that the twin is made for.
    pub fn check(&self) -> Result<(), Fault> {
        for operand in [&self.left, &self.right] {
            operand.check()?;
            if operand.left_shift != HEADROOM
                || operand.multiplier.exponent > 0
                || !(-128..=128).contains(&operand.offset)
            {
                return Err(Fault::new("the scale of an operand is out of range"));
            }
        }
        self.output.check()?;
        if self.output.multiplier.exponent < 0 { Ok(()) } else { Err(Fault::new("the output's scale is out of range")) }
    }
}

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(2, 1, 0)?;
    op.input::<i8>(0, p.elements as usize)?;
    op.input::<i8>(1, p.elements as usize)?;
    op.output::<i8>(0, p.elements as usize)?;
    p.check()
}

fn add<I: Instructions>(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let operand = |rescale: &Rescale| Operand::new(rescale.offset, rescale.multiplier);
    let multiplier = p.output.multiplier;
    let channel = Channel { bias: 0, mantissa: multiplier.mantissa, shift: -1 - multiplier.exponent };
    let operands = (&operand(&p.left), &operand(&p.right));
    let stage = Stage::new(&p.output.stage);
    sums::<I>((call.input(0), call.input(1)), operands, &channel, &stage, call.output(0));
}
