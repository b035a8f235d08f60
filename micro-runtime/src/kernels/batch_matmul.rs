//! BATCH_MATMUL: `output[b, m, n] = sum_k left[b, m, k] * right[b, k, n]`.
//!
//! Left `[batches.., rows, depth]`, or `[batches.., depth, rows]` when it is transposed; right `[batches.., depth, columns]`,
//! or `[batches.., columns, depth]`; output `[batches.., rows, columns]`. A batch extent of 1 on one side is repeated.
//! Quantised kernels subtract both zero points, requantise with one multiplier and clamp; `int16` accumulates in 64
//! bits and has a multiplier of 16 bits. Sums run over `k` in order. The rule is TFLM's reference kernel.
//!
//! Before output element `(b, m, n)` is written, the elements before it are, and of a left side that is neither
//! transposed nor repeated, what is still to be read starts at row `(b, m)`.

use bytemuck::{Pod, Zeroable};

use super::support::requantise::{OutputStage, check_multiplier};
use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::{Element, Input};
use crate::fixed::Multiplier;

/// The extents, and parameters of the float kernel. Two inputs, one output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Shape {
    /// Batch extents of the left side.
    pub left_batches: [u32; 3],
    /// Batch extents of the right side: each equals the left one unless either is 1.
    pub right_batches: [u32; 3],
    /// Rows of the output.
    pub rows: u32,
    /// Elements that are summed.
    pub depth: u32,
    /// Columns of the output.
    pub columns: u32,
    /// 1 when the rows of the left side lie along its last dimension, else 0.
    pub left_is_transposed: u32,
    /// 1 when the columns of the right side lie along its last but one dimension, else 0.
    pub right_is_transposed: u32,
}

/// Parameters of the quantised kernels. Two inputs, one output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The extents.
    pub shape: Shape,
    /// The negated zero point of the left side, in `-128..=128`.
    pub left_offset: i32,
    /// The negated zero point of the right side, in `-128..=128`.
    pub right_offset: i32,
    /// From sums to output steps.
    pub multiplier: Multiplier,
    /// Zero point and range of the output.
    pub output: OutputStage,
}

/// `int8`.
pub const INT8: Kernel =
    Kernel { code: code(number::BATCH_MATMUL, 0), name: "BATCH_MATMUL int8", check: check::<i8>, invoke: int8 };

/// `int16`.
pub const INT16: Kernel =
    Kernel { code: code(number::BATCH_MATMUL, 1), name: "BATCH_MATMUL int16", check: check::<i16>, invoke: int16 };

/// `float32`.
pub const FLOAT32: Kernel =
    Kernel { code: code(number::BATCH_MATMUL, 2), name: "BATCH_MATMUL float32", check: check_float32, invoke: float32 };

impl Shape {
    /// The batch extents of the output; of two extents the one that is not repeated.
    pub fn batches(&self) -> [u32; 3] {
        core::array::from_fn(|axis| match self.left_batches[axis] {
            1 => self.right_batches[axis],
            extent => extent,
        })
    }

    fn check<T: Element>(&self, op: &Op<'_>) -> Result<(), Fault> {
        op.arity(2, 1, 0)?;
        let pairs = self.left_batches.iter().zip(&self.right_batches);
        if pairs.clone().any(|(left, right)| left != right && *left != 1 && *right != 1) {
            return Err(Fault::new("its batch extents do not fit together"));
        }
        let elements = |[a, b, c]: [u32; 3], y: u32, x: u32| volume(&[a, b, c, y, x]);
        let (left, right) = (
            elements(self.left_batches, self.rows, self.depth)?,
            elements(self.right_batches, self.depth, self.columns)?,
        );
        let output = elements(self.batches(), self.rows, self.columns)?;
        if left == 0 || right == 0 || output == 0 {
            return Err(Fault::new("it multiplies empty matrices"));
        }
        op.input::<T>(0, left)?;
        op.input::<T>(1, right)?;
        op.output::<T>(0, output)
    }
}

fn check<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    p.shape.check::<T>(op)?;
    let offsets = -128..=128;
    if !offsets.contains(&p.left_offset) || !offsets.contains(&p.right_offset) {
        return Err(Fault::new("a zero point is out of range"));
    }
    check_multiplier(p.multiplier)
}

fn check_float32(op: &Op<'_>) -> Result<(), Fault> {
    op.parameters::<Shape>()?.check::<f32>(op)
}

/// Calls `pair(output row, left matrix, right matrix, row)` for every output row in order. Matrices are numbered as they lie.
#[inline(always)]
fn for_each_row(shape: &Shape, mut pair: impl FnMut(usize, usize, usize, usize)) {
    let [a, b, c] = shape.batches();
    // The number of the matrix at these batch indices, where an extent of 1 has the one index 0.
    let matrix = |extents: [u32; 3], indices: [u32; 3]| {
        extents.iter().zip(indices).fold(0, |number, (&extent, index)| number * extent + index.min(extent - 1)) as usize
    };
    let mut output = 0;
    for batch in 0..a * b * c {
        let indices = [batch / (b * c), batch / c % b, batch % c];
        let (left, right) = (matrix(shape.left_batches, indices), matrix(shape.right_batches, indices));
        for row in 0..shape.rows as usize {
            pair(output, left, right, row);
            output += 1;
        }
    }
}

/// How many columns are worked on at a time.
const BLOCK: usize = 16;

/// Sums `step(sum, left, right)` over the depth for every output element, then calls `finish(index, sum)`.
#[inline(always)]
fn multiply<T: Element, A: Copy>(
    shape: &Shape,
    (left, right): (Input<'_, T>, Input<'_, T>),
    zero: A,
    step: impl Fn(A, T, T) -> A,
    mut finish: impl FnMut(usize, A),
) {
    let (rows, depth, columns) = (shape.rows as usize, shape.depth as usize, shape.columns as usize);
    // Where the elements of a left row start in its matrix, and how far apart they are.
    let (row_step, left_step) = if shape.left_is_transposed != 0 { (1, rows) } else { (depth, 1) };
    for_each_row(shape, |output, left_matrix, right_matrix, row| {
        let left = left.range(left_matrix * rows * depth, rows * depth).tail(row * row_step);
        let right = right.range(right_matrix * depth * columns, depth * columns);
        let output = output * columns;
        if shape.right_is_transposed != 0 {
            for column in 0..columns {
                let run = right.range(column * depth, depth).iter();
                let sum = if left_step == 1 {
                    run.zip(left.iter()).fold(zero, |sum, (right, left)| step(sum, left, right))
                } else {
                    run.enumerate().fold(zero, |sum, (k, right)| step(sum, left.get(k * left_step), right))
                };
                finish(output + column, sum);
            }
            return;
        }
        for first in (0..columns).step_by(BLOCK) {
            let width = BLOCK.min(columns - first);
            let mut sums = [zero; BLOCK];
            for k in 0..depth {
                let value = left.get(k * left_step);
                let run = right.range(k * columns + first, width);
                // The whole block has a length known to the compiler.
                if width == BLOCK {
                    let run = run.array::<BLOCK>();
                    (0..BLOCK).for_each(|lane| sums[lane] = step(sums[lane], value, run[lane]));
                } else {
                    sums.iter_mut().zip(run.iter()).for_each(|(sum, right)| *sum = step(*sum, value, right));
                }
            }
            sums[..width].iter().enumerate().for_each(|(column, &sum)| finish(output + first + column, sum));
        }
    });
}

fn int8(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (left, right) = (p.left_offset, p.right_offset);
    let output = call.output::<i8>(0);
    multiply(
        &p.shape,
        (call.input::<i8>(0), call.input::<i8>(1)),
        0i32,
        |sum, a, b| sum.wrapping_add((a as i32 + left) * (b as i32 + right)),
        |index, sum| output.set(index, p.output.apply(p.multiplier.apply(sum)) as i8),
    );
}

fn int16(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (left, right) = (p.left_offset as i64, p.right_offset as i64);
    let output = call.output::<i16>(0);
    multiply(
        &p.shape,
        (call.input::<i16>(0), call.input::<i16>(1)),
        0i64,
        |sum, a, b| sum.wrapping_add((a as i64 + left) * (b as i64 + right)),
        |index, sum| output.set(index, p.output.apply(p.multiplier.apply_wide(sum)) as i16),
    );
}

fn float32(call: &Call<'_>) {
    let output = call.output::<f32>(0);
    multiply(
        call.parameters(),
        (call.input::<f32>(0), call.input::<f32>(1)),
        0.0f32,
        |sum, a, b| sum + a * b,
        |index, sum| output.set(index, sum),
    );
}
