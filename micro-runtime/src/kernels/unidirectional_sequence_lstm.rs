//! UNIDIRECTIONAL_SEQUENCE_LSTM: long short-term memory over a run of inputs.
//!
//! For each time step of each batch, with `x` the input row, `h` the hidden and `c` the cell state of the batch:
//!
//! - gates `i`, `f`, `o` = `logistic(W x + bias + R h)`, and `g = tanh(W x + bias + R h)`, each with its own `W`, `R`, `bias`;
//! - `c = clip(f * c + i * g)`;
//! - `h = o * tanh(c)`, which is the output row too.
//!
//! Input `[batches, time, input_depth]`, or `[time, batches, input_depth]` when time is major; output likewise with `units`;
//! `W` `[units, input_depth]`, `R` `[units, units]`, biases `[units]`; states `[batches, units]`. Quantised kernels have an
//! `int16` cell state. They requantise both products of a gate to `int16` with 12 fractional bits before they add them, with
//! saturation; gates have 15 fractional bits. The rule is TFLM's reference kernel.
//!
//! An input row is read again for every element of the output row with the same number.

use bytemuck::{Pod, Zeroable};

use super::support::dot::{dot_f32, dot_i8, dot_i16_wide};
use super::support::requantise::{OutputStage, check_multiplier};
use super::support::sigmoid::{self, TableScale};
use super::support::{activation, curves};
use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::{Element, Input};
use crate::fixed::{Multiplier, saturate_i16};

/// The extents.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Shape {
    /// Sequences.
    pub batches: u32,
    /// Rows of a sequence.
    pub time: u32,
    /// Elements of an input row.
    pub input_depth: u32,
    /// Elements of an output row.
    pub units: u32,
    /// 1 when the rows of one time step lie together, 0 when those of one sequence do.
    pub is_time_major: u32,
}

/// How the sums of a gate become `int16` with 12 fractional bits.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Gate {
    /// For the product with the input row.
    pub input: Multiplier,
    /// For the product with the hidden state.
    pub hidden: Multiplier,
}

/// Parameters of the quantised kernels.
///
/// Inputs: input; weights `W` of the gates `i`, `f`, `g`, `o`; weights `R`; biases; table of the logistic function (see
/// [`sigmoid`]). One output. Scratch: hidden state, cell state.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The extents.
    pub shape: Shape,
    /// The negated zero point of the input, in `-128..=128`; 0 for `int16`.
    pub input_offset: i32,
    /// The negated zero point of the hidden state, likewise.
    pub hidden_offset: i32,
    /// The gates `i`, `f`, `g`, `o`.
    pub gates: [Gate; 4],
    /// For `f * c`.
    pub forget_multiplier: Multiplier,
    /// For `i * g`.
    pub update_multiplier: Multiplier,
    /// For `o * tanh(c)`.
    pub hidden_multiplier: Multiplier,
    /// Zero point and range of hidden state and output.
    pub output: OutputStage,
    /// Brings the cell state to the table.
    pub cell_scale: TableScale,
    /// The cell state is clipped to minus this and this, in `0..=32768`; the last means not at all.
    pub cell_clip: i32,
}

/// Parameters of the float kernel. Operands as in [`Parameters`], but for the table.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct FloatParameters {
    /// The extents.
    pub shape: Shape,
    /// The cell state is clipped to minus this and this; not at all unless it is above 0.
    pub cell_clip: f32,
}

/// `int8`, `int32` biases.
pub const INT8: Kernel = Kernel {
    code: code(number::UNIDIRECTIONAL_SEQUENCE_LSTM, 0),
    name: "UNIDIRECTIONAL_SEQUENCE_LSTM int8",
    check: check::<i8, i32>,
    invoke: int8,
};

/// `int16`, `int64` biases.
pub const INT16: Kernel = Kernel {
    code: code(number::UNIDIRECTIONAL_SEQUENCE_LSTM, 1),
    name: "UNIDIRECTIONAL_SEQUENCE_LSTM int16",
    check: check::<i16, i64>,
    invoke: int16,
};

/// `float32`.
pub const FLOAT32: Kernel = Kernel {
    code: code(number::UNIDIRECTIONAL_SEQUENCE_LSTM, 2),
    name: "UNIDIRECTIONAL_SEQUENCE_LSTM float32",
    check: check_float32,
    invoke: float32,
};

/// The gates in the order of the operands.
const INPUT: usize = 0;
const FORGET: usize = 1;
const CELL: usize = 2;
const OUTPUT: usize = 3;

impl Shape {
    /// Requires operands of these types: input, output and hidden state; weights; biases; cell state.
    fn check<T: Element, W: Element, B: Element, C: Element>(&self, op: &Op<'_>) -> Result<(), Fault> {
        let units = self.units as usize;
        let state = volume(&[self.batches, self.units])?;
        if state == 0 || self.time == 0 || self.input_depth == 0 {
            return Err(Fault::new("one of its extents is 0"));
        }
        op.input::<T>(0, volume(&[self.batches, self.time, self.input_depth])?)?;
        for gate in 0..4 {
            op.input::<W>(1 + gate, volume(&[self.units, self.input_depth])?)?;
            op.input::<W>(5 + gate, volume(&[self.units, self.units])?)?;
            op.input::<B>(9 + gate, units)?;
        }
        op.output::<T>(0, volume(&[self.batches, self.time, self.units])?)?;
        op.scratch_elements::<T>(0, state)?;
        op.scratch_elements::<C>(1, state)
    }

    /// Calls `row(row, batch)` for every row in the order in which they lie, which is that of time in each batch.
    #[inline(always)]
    fn for_each_row(&self, mut row: impl FnMut(usize, usize)) {
        let (batches, time) = (self.batches as usize, self.time as usize);
        for index in 0..batches * time {
            row(index, if self.is_time_major != 0 { index % batches } else { index / time });
        }
    }
}

fn check<T: Element, B: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(14, 1, 2)?;
    p.shape.check::<T, i8, B, i16>(op)?;
    if op.constant_input::<u16>(13)?.len() != sigmoid::LENGTH {
        return Err(Fault::new("its table has the wrong length"));
    }
    let offsets = -128..=128;
    if !offsets.contains(&p.input_offset) || !offsets.contains(&p.hidden_offset) {
        return Err(Fault::new("a zero point is out of range"));
    }
    if !(0..=32768).contains(&p.cell_clip) {
        return Err(Fault::new("its clip is out of range"));
    }
    p.cell_scale.check()?;
    let gates = p.gates.iter().flat_map(|gate| [gate.input, gate.hidden]);
    gates.chain([p.forget_multiplier, p.update_multiplier, p.hidden_multiplier]).try_for_each(check_multiplier)
}

fn check_float32(op: &Op<'_>) -> Result<(), Fault> {
    op.arity(13, 1, 2)?;
    op.parameters::<FloatParameters>()?.shape.check::<f32, f32, f32, f32>(op)
}

/// Weights and biases of the four gates.
struct Gates<'a, W, B> {
    input: [Input<'a, W>; 4],
    hidden: [Input<'a, W>; 4],
    bias: [Input<'a, B>; 4],
}

impl<'a, W: Element, B: Element> Gates<'a, W, B> {
    fn of(call: &Call<'a>) -> Self {
        let four = |first: usize| core::array::from_fn(|gate| call.input(first + gate));
        Gates { input: four(1), hidden: four(5), bias: core::array::from_fn(|gate| call.input(9 + gate)) }
    }

    /// The weights and the bias of one unit: those for the input row, those for the hidden state.
    #[inline(always)]
    fn unit(&self, gate: usize, unit: usize, shape: &Shape) -> (Input<'a, W>, Input<'a, W>, B) {
        let (depth, units) = (shape.input_depth as usize, shape.units as usize);
        let hidden = self.hidden[gate].range(unit * units, units);
        (self.input[gate].range(unit * depth, depth), hidden, self.bias[gate].get(unit))
    }
}

fn int8(call: &Call<'_>) {
    quantised::<i8, i32>(
        call,
        0,
        |row, weights, offset, bias, multiplier| multiplier.apply(dot_i8(row, weights, offset).wrapping_add(bias)),
        |value| value as i8,
    );
}

fn int16(call: &Call<'_>) {
    quantised::<i16, i64>(
        call,
        0,
        |row, weights, _, bias, multiplier| multiplier.apply_wide(dot_i16_wide(row, weights).wrapping_add(bias)),
        |value| value as i16,
    );
}

/// `product(row, weights, offset, bias, multiplier)` is a scaled product of a row and the weights of a unit.
#[inline(always)]
fn quantised<T: Element, B: Element>(
    call: &Call<'_>,
    no_bias: B,
    product: impl Fn(Input<'_, T>, Input<'_, i8>, i32, B, Multiplier) -> i32,
    narrow: impl Fn(i32) -> T,
) {
    const GATE_SCALE: TableScale = TableScale { multiplier: 3, shift: 0 };
    let p: &Parameters = call.parameters();
    let (input, gates, table) = (call.input::<T>(0), Gates::<i8, B>::of(call), call.input::<u16>(13));
    let (output, hidden, cell) = (call.output::<T>(0), call.scratch::<T>(0), call.scratch::<i16>(1));
    let (depth, units) = (p.shape.input_depth as usize, p.shape.units as usize);
    let times = |a: i16, b: i16, multiplier: Multiplier| saturate_i16(multiplier.apply(a as i32 * b as i32)) as i32;
    p.shape.for_each_row(|index, batch| {
        let row = input.range(index * depth, depth);
        let (hidden, cell) = (hidden.range(batch * units, units), cell.range(batch * units, units));
        let result = output.range(index * units, units);
        for unit in 0..units {
            let gate = |gate: usize| {
                let (weights, hidden_weights, bias) = gates.unit(gate, unit, &p.shape);
                let scale = p.gates[gate];
                let from_input = product(row, weights, p.input_offset, bias, scale.input);
                let from_hidden = product(hidden.as_input(), hidden_weights, p.hidden_offset, no_bias, scale.hidden);
                saturate_i16(saturate_i16(from_input) as i32 + saturate_i16(from_hidden) as i32)
            };
            let logistic = |index| sigmoid::logistic(table, GATE_SCALE, gate(index));
            let kept = times(logistic(FORGET), cell.get(unit), p.forget_multiplier);
            let candidate = sigmoid::tanh(table, GATE_SCALE, gate(CELL));
            let added = times(logistic(INPUT), candidate, p.update_multiplier);
            // Not `clamp`, which panics when the bounds are the wrong way round.
            let state = (saturate_i16(kept + added) as i32).min(p.cell_clip).max(-p.cell_clip) as i16;
            cell.set(unit, state);
            let activated = sigmoid::tanh(table, p.cell_scale, state) as i32;
            let scaled = p.hidden_multiplier.apply(activated * logistic(OUTPUT) as i32);
            result.set(unit, narrow(p.output.apply(scaled)));
        }
        // All gates see the hidden state of the step before.
        hidden.copy_from(result.as_input());
    });
}

fn float32(call: &Call<'_>) {
    let p: &FloatParameters = call.parameters();
    let (input, gates) = (call.input::<f32>(0), Gates::<f32, f32>::of(call));
    let (output, hidden, cell) = (call.output::<f32>(0), call.scratch::<f32>(0), call.scratch::<f32>(1));
    let (depth, units) = (p.shape.input_depth as usize, p.shape.units as usize);
    let finite = |value: f32| activation::clamp(value, f32::MIN, f32::MAX);
    p.shape.for_each_row(|index, batch| {
        let row = input.range(index * depth, depth);
        let (hidden, cell) = (hidden.range(batch * units, units), cell.range(batch * units, units));
        let result = output.range(index * units, units);
        for unit in 0..units {
            let gate = |gate: usize| {
                let (weights, hidden_weights, bias) = gates.unit(gate, unit, &p.shape);
                finite(dot_f32(row, weights) + bias) + finite(dot_f32(hidden.as_input(), hidden_weights))
            };
            let logistic = |index| curves::logistic(gate(index));
            let kept = finite(logistic(FORGET) * cell.get(unit));
            let mut state = kept + finite(logistic(INPUT) * curves::tanh(gate(CELL)));
            if p.cell_clip > 0.0 {
                // Not `clamp`, which panics when the bounds are the wrong way round; NaN stays.
                let raised = if state < -p.cell_clip { -p.cell_clip } else { state };
                state = if p.cell_clip < raised { p.cell_clip } else { raised };
            }
            cell.set(unit, state);
            result.set(unit, finite(curves::tanh(state) * logistic(OUTPUT)));
        }
        // All gates see the hidden state of the step before.
        hidden.copy_from(result.as_input());
    });
}
