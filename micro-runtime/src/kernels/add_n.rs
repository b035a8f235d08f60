//! ADD_N: the sum of any number of tensors of one shape.
//!
//! The `int8` kernel brings every value to half the scale that all inputs share, with 20 bits of headroom, and
//! requantises the sum; float sums start from 0 and take the inputs in order. The rule is TFLM's reference kernel.

use bytemuck::{Pod, Zeroable};

use super::support::rescale::{Requantise, Rescale};
use super::{Call, Fault, Kernel, Op, code, number};
use crate::arena::{Element, Output};

/// Parameters of the `int8` kernel. Inputs: those to be added, at least one. One output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Int8Parameters {
    /// Elements of each tensor.
    pub elements: u32,
    /// From an input to the common scale.
    pub input: Rescale,
    /// From the sum to the output.
    pub output: Requantise,
}

/// Parameters of the float kernel. Inputs: those to be added, at least one. One output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct FloatParameters {
    /// Elements of each tensor.
    pub elements: u32,
}

/// `int8`.
pub const INT8: Kernel = Kernel { code: code(number::ADD_N, 0), name: "ADD_N int8", check: check_int8, invoke: int8 };

/// `float32`.
pub const FLOAT32: Kernel =
    Kernel { code: code(number::ADD_N, 1), name: "ADD_N float32", check: check_float32, invoke: float32 };

fn check<T: Element>(op: &Op<'_>, elements: u32) -> Result<(), Fault> {
    op.arity(op.inputs(), 1, 0)?;
    (0..op.inputs()).try_for_each(|input| op.input::<T>(input, elements as usize))?;
    op.output::<T>(0, elements as usize)
}

fn check_int8(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Int8Parameters = op.parameters()?;
    p.input.check()?;
    p.output.check()?;
    check::<i8>(op, p.elements)
}

fn check_float32(op: &Op<'_>) -> Result<(), Fault> {
    let p: &FloatParameters = op.parameters()?;
    check::<f32>(op, p.elements)
}

/// The number of elements that are summed side by side.
const BLOCK: usize = 16;

/// Sums block after block: `add` one element of each input to a sum that starts as `zero`, `finish` it.
///
/// All inputs are read for a block before the output is written there.
#[inline(always)]
fn sum<T: Element, S: Copy>(
    call: &Call<'_>,
    output: Output<'_, T>,
    zero: S,
    add: impl Fn(S, T) -> S,
    finish: impl Fn(S) -> T,
) {
    for start in (0..output.len()).step_by(BLOCK) {
        let length = BLOCK.min(output.len() - start);
        let mut sums = [zero; BLOCK];
        for input in 0..call.inputs() {
            let values = call.input::<T>(input).range(start, length);
            sums.iter_mut().zip(values.iter()).for_each(|(sum, value)| *sum = add(*sum, value));
        }
        output.range(start, length).iter().zip(sums).for_each(|(cell, sum)| cell.set(finish(sum)));
    }
}

fn int8(call: &Call<'_>) {
    let p: Int8Parameters = *call.parameters();
    let add = |sum: i32, value: i8| sum.wrapping_add(p.input.apply(value as i32));
    sum(call, call.output::<i8>(0), p.input.apply(0), add, |sum| p.output.apply(sum) as i8);
}

fn float32(call: &Call<'_>) {
    sum(call, call.output::<f32>(0), 0.0, |sum, value| sum + value, |sum| sum);
}
