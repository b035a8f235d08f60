//! LOG_SOFTMAX: `output[r, c] = input[r, c] - ln(sum_k exp(input[r, k]))` along the last dimension.
//!
//! Input and output `[rows, depth]`. The exponents are differences to the row's maximum. `int8` outputs have zero point 127 and
//! scale 1/16; the input is scaled to 5 integer bits and goes through the fixed-point functions of [`crate::fixed`].
//! The rule is TFLM's reference kernel.
//!
//! A row is read whole before it is written, and then element by element in order before the element of the same index
//! is written.

use bytemuck::{Pod, Zeroable};

use super::support::exponential;
use super::support::requantise::check_multiplier;
use super::support::rows::Rows;
use super::{Call, Fault, Kernel, Op, code, number};
use crate::fixed::{Multiplier, exp_of_negative, ln_q12_to_q5, rounding_right_shift, saturate_i8};

/// Parameters of the `int8` kernel. One input, one output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The shape.
    pub rows: Rows,
    /// From input steps to the exponent with 5 integer bits: `scale * 2^26`.
    pub multiplier: Multiplier,
    /// The way back.
    pub reverse_multiplier: Multiplier,
    /// Differences to the maximum below this one count as minus infinity; at most 0.
    pub least_difference: i32,
}

/// `int8`.
pub const INT8: Kernel =
    Kernel { code: code(number::LOG_SOFTMAX, 0), name: "LOG_SOFTMAX int8", check: check_int8, invoke: int8 };

/// `float32`, with [`Rows`].
pub const FLOAT32: Kernel =
    Kernel { code: code(number::LOG_SOFTMAX, 1), name: "LOG_SOFTMAX float32", check: check_float32, invoke: float32 };

fn check_int8(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(1, 1, 0)?;
    let elements = p.rows.elements()?;
    op.input::<i8>(0, elements)?;
    op.output::<i8>(0, elements)?;
    check_multiplier(p.multiplier)?;
    check_multiplier(p.reverse_multiplier)
}

fn check_float32(op: &Op<'_>) -> Result<(), Fault> {
    let rows: &Rows = op.parameters()?;
    op.arity(1, 1, 0)?;
    let elements = rows.elements()?;
    op.input::<f32>(0, elements)?;
    op.output::<f32>(0, elements)
}

fn int8(call: &Call<'_>) {
    const SUM_BITS: u32 = 12;
    /// From 5 integer bits to steps of 1/16.
    const OUTPUT_SHIFT: u32 = 22;
    let p: &Parameters = call.parameters();
    let (input, output) = (call.input::<i8>(0), call.output::<i8>(0));
    let depth = p.rows.depth as usize;
    for start in p.rows.starts() {
        let row = input.range(start, depth);
        let maximum = row.iter().fold(i8::MIN, i8::max) as i32;
        let sum = row.iter().map(|value| value as i32 - maximum).filter(|&difference| difference >= p.least_difference);
        let sum = sum.fold(0i32, |sum, difference| {
            let exponential = exp_of_negative::<5>(p.multiplier.apply(difference));
            sum.wrapping_add(rounding_right_shift(exponential, SUM_BITS))
        });
        if sum <= 0 {
            return call.fail("the exponentials of a LOG_SOFTMAX row sum to more than its fixed-point range");
        }
        let logarithm = ln_q12_to_q5(sum);
        // Where the difference less the logarithm would not fit 5 integer bits, the result is the least one.
        let lowest = p.reverse_multiplier.apply(logarithm.wrapping_add(i32::MIN));
        let lowest = lowest.max(p.least_difference.saturating_sub(1));
        for (cell, value) in output.range(start, depth).iter().zip(row.iter()) {
            let difference = value as i32 - maximum;
            cell.set(if difference > lowest {
                let result = p.multiplier.apply(difference).wrapping_sub(logarithm);
                saturate_i8(rounding_right_shift(result, OUTPUT_SHIFT) + i8::MAX as i32)
            } else {
                i8::MIN
            });
        }
    }
}

fn float32(call: &Call<'_>) {
    let rows: &Rows = call.parameters();
    let (input, output) = (call.input::<f32>(0), call.output::<f32>(0));
    let depth = rows.depth as usize;
    for start in rows.starts() {
        let row = input.range(start, depth);
        let maximum = row.iter().fold(f32::MIN, |maximum, value| if maximum < value { value } else { maximum });
        let logarithm = libm::logf(row.iter().fold(0.0, |sum, value| sum + exponential::exp(value - maximum)));
        let cells = output.range(start, depth).iter().zip(row.iter());
        cells.for_each(|(cell, value)| cell.set(value - maximum - logarithm));
    }
}
