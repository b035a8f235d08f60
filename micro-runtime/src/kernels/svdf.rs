//! SVDF: a dense layer over the last few inputs, of low rank in time.
//!
//! Each filter takes the input to one number, `input[b, :] . feature_weights[f, :]`. A state keeps the numbers of the last
//! `memory` invocations of each filter, oldest first. `output[b, u] = activation(bias[u] + sum over the unit's filters
//! of state[b, f, :] . time_weights[f, :])`.
//!
//! Input `[batches, input_depth]`, feature weights `[units * rank, input_depth]`, time weights `[units * rank, memory]`,
//! bias `[units]` or absent; state `[batches, units * rank * memory]`; output `[batches, units]`. Quantised kernels
//! requantise the numbers of the filters to the state's type and the sums to the output's; they have no activation but the
//! range of `int8`. The rule is TFLM's reference kernel.
//!
//! The input is read whole before the output is written.

use bytemuck::{Pod, Zeroable};

use super::support::activation::clamp;
use super::support::curves;
use super::support::dot::{dot_f32, dot_i8};
use super::support::requantise::{OutputStage, check_multiplier};
use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::{Element, Output};
use crate::fixed::Multiplier;

/// The extents; none is 0.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Shape {
    /// Rows of the input.
    pub batches: u32,
    /// Elements of an input row.
    pub input_depth: u32,
    /// Elements of an output row.
    pub units: u32,
    /// Filters of a unit.
    pub rank: u32,
    /// How many invocations a filter remembers, the present one included.
    pub memory: u32,
}

/// Parameters of the quantised kernels.
///
/// Inputs: input, feature weights, time weights, bias. One output. Scratch: the state.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The extents.
    pub shape: Shape,
    /// The negated zero point of the input, in `-128..=128`.
    pub input_offset: i32,
    /// The zero point of the state, in the range of its type.
    pub state_zero_point: i32,
    /// From feature sums to the state.
    pub feature_multiplier: Multiplier,
    /// From time sums to output steps.
    pub time_multiplier: Multiplier,
    /// Zero point and range of the output.
    pub output: OutputStage,
}

/// Parameters of the float kernel. Inputs: input, feature weights, time weights, bias. One output. Scratch: the state.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct FloatParameters {
    /// The extents.
    pub shape: Shape,
    /// Least output value.
    pub minimum: f32,
    /// Greatest output value.
    pub maximum: f32,
}

/// `int8`, time weights and state `int8`.
pub const INT8: Kernel = Kernel {
    code: code(number::SVDF, 0),
    name: "SVDF int8",
    check: check::<i8>,
    invoke: |call| quantised(call, i8::MIN as i32..=i8::MAX as i32, |value| value as i8),
};

/// `int8`, time weights and state `int16`.
pub const INT8_STATE16: Kernel = Kernel {
    code: code(number::SVDF, 1),
    name: "SVDF int8 with int16 state",
    check: check::<i16>,
    invoke: |call| quantised(call, i16::MIN as i32..=i16::MAX as i32, |value| value as i16),
};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::SVDF, 2),
    name: "SVDF float32",
    check: check_float32,
    invoke: |call| {
        let p: &FloatParameters = call.parameters();
        // The reference makes the bound that is looked at first of what is not a number: the greatest value, if there is
        // one, or else the least.
        let nothing = match (p.minimum, p.maximum) {
            (_, maximum) if maximum < f32::INFINITY => maximum,
            (minimum, _) if minimum > f32::NEG_INFINITY => minimum,
            _ => f32::NAN,
        };
        float32(call, |sum| if sum.is_nan() { nothing } else { clamp(sum, p.minimum, p.maximum) });
    },
};

/// `float32`, the hyperbolic tangent of the sums. The range is not looked at.
pub const FLOAT32_TANH: Kernel = Kernel {
    code: code(number::SVDF, 3),
    name: "SVDF float32 with TANH",
    check: check_float32,
    invoke: |call| float32(call, curves::tanh),
};

/// `float32`, 1 for negative sums (-0 among them) and 0 for the others, NaN too, whose sign depends on the machine. The
/// range is not looked at.
pub const FLOAT32_SIGN_BIT: Kernel = Kernel {
    code: code(number::SVDF, 4),
    name: "SVDF float32 with SIGN_BIT",
    check: check_float32,
    invoke: |call| float32(call, |sum| (!sum.is_nan() && sum.is_sign_negative()) as u8 as f32),
};

impl Shape {
    /// Requires operands of these types: input and output, feature weights, time weights and state, bias.
    fn check<I: Element, T: Element, B: Element>(&self, op: &Op<'_>) -> Result<(), Fault> {
        op.arity(4, 1, 1)?;
        let filters = volume(&[self.units, self.rank])? as u32;
        let state = volume(&[self.batches, filters, self.memory])?;
        if state == 0 || self.input_depth == 0 {
            return Err(Fault::new("one of its extents is 0"));
        }
        op.input::<I>(0, volume(&[self.batches, self.input_depth])?)?;
        op.input::<I>(1, volume(&[filters, self.input_depth])?)?;
        op.input::<T>(2, volume(&[filters, self.memory])?)?;
        op.optional_input::<B>(3, self.units as usize)?;
        op.output::<I>(0, volume(&[self.batches, self.units])?)?;
        op.scratch_elements::<T>(0, state)
    }

    /// Forgets the oldest number of each filter and sets the newest to `feature(batch, filter)`.
    #[inline(always)]
    fn remember<T: Element>(&self, state: Output<'_, T>, feature: impl Fn(usize, usize) -> T) {
        let rest = state.len() - 1;
        state.range(0, rest).copy_from(state.as_input().range(1, rest));
        let (filters, memory) = ((self.units * self.rank) as usize, self.memory as usize);
        for number in 0..self.batches as usize * filters {
            state.set(number * memory + memory - 1, feature(number / filters, number % filters));
        }
    }

    /// Calls `output(index, unit, filters)` for every output in order, where `filters` are the indices of the first filter of the unit
    /// in this batch and in the weights.
    #[inline(always)]
    fn for_each_output(&self, mut output: impl FnMut(usize, usize, [usize; 2])) {
        let (units, rank) = (self.units as usize, self.rank as usize);
        for index in 0..self.batches as usize * units {
            output(index, index % units, [index * rank, index % units * rank]);
        }
    }
}

fn check<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    p.shape.check::<i8, T, i32>(op)?;
    if !(-128..=128).contains(&p.input_offset) || i16::try_from(p.state_zero_point).is_err() {
        return Err(Fault::new("a zero point is out of range"));
    }
    check_multiplier(p.feature_multiplier)?;
    check_multiplier(p.time_multiplier)
}

fn check_float32(op: &Op<'_>) -> Result<(), Fault> {
    op.parameters::<FloatParameters>()?.shape.check::<f32, f32, f32>(op)
}

#[inline(always)]
fn quantised<T: Element + Into<i32>>(
    call: &Call<'_>,
    range: core::ops::RangeInclusive<i32>,
    narrow: impl Fn(i32) -> T,
) {
    let p: &Parameters = call.parameters();
    let (input, features, times) = (call.input::<i8>(0), call.input::<i8>(1), call.input::<T>(2));
    let (bias, output, state) = (call.input::<i32>(3), call.output::<i8>(0), call.scratch::<T>(0));
    let (depth, memory) = (p.shape.input_depth as usize, p.shape.memory as usize);
    p.shape.remember(state, |batch, filter| {
        let row = input.range(batch * depth, depth);
        let sum = dot_i8(row, features.range(filter * depth, depth), p.input_offset);
        let scaled = p.feature_multiplier.apply(sum).clamp(*range.start(), *range.end());
        narrow(p.state_zero_point.wrapping_add(scaled))
    });
    let state = state.as_input();
    p.shape.for_each_output(|index, unit, [in_state, in_weights]| {
        // The filters of a unit follow one another, in the state as in the weights.
        let length = p.shape.rank as usize * memory;
        let numbers =
            state.range(in_state * memory, length).iter().zip(times.range(in_weights * memory, length).iter());
        let bias = if bias.is_empty() { 0 } else { bias.get(unit) };
        let sum = numbers.fold(bias, |sum, (number, weight)| {
            let centred: i32 = number.into() - p.state_zero_point;
            sum.wrapping_add(centred.wrapping_mul(weight.into()))
        });
        output.set(index, p.output.apply(p.time_multiplier.apply(sum)) as i8);
    });
}

#[inline(always)]
fn float32(call: &Call<'_>, activation: impl Fn(f32) -> f32) {
    let p: &FloatParameters = call.parameters();
    let (input, features, times) = (call.input::<f32>(0), call.input::<f32>(1), call.input::<f32>(2));
    let (bias, output, state) = (call.input::<f32>(3), call.output::<f32>(0), call.scratch::<f32>(0));
    let (depth, memory) = (p.shape.input_depth as usize, p.shape.memory as usize);
    p.shape.remember(state, |batch, filter| {
        dot_f32(input.range(batch * depth, depth), features.range(filter * depth, depth))
    });
    let state = state.as_input();
    p.shape.for_each_output(|index, unit, [in_state, in_weights]| {
        let bias = if bias.is_empty() { 0.0 } else { bias.get(unit) };
        let sum = (0..p.shape.rank as usize).fold(bias, |sum, filter| {
            let numbers = state.range((in_state + filter) * memory, memory);
            sum + dot_f32(times.range((in_weights + filter) * memory, memory), numbers)
        });
        output.set(index, activation(sum));
    });
}
