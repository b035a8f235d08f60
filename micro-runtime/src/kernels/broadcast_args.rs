//! BROADCAST_ARGS: the shape that two shapes have when they are broadcast against each other.
//!
//! Shapes are aligned at their ends. Extents that differ, neither of them 1, end the invocation. Extents pass through
//! 32 bits on their way, as in TFLM's reference kernel.

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number};
use crate::arena::{Element, Input};

/// Parameters. Inputs: two shapes. One output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The number of dimensions of the first shape.
    pub left: u32,
    /// The number of dimensions of the second shape.
    pub right: u32,
    /// The number of dimensions of the output.
    pub output: u32,
}

/// `int32` shapes.
pub const INT32: Kernel = kernel::<i32>(0, "BROADCAST_ARGS int32");

/// `int64` shapes.
pub const INT64: Kernel = kernel::<i64>(1, "BROADCAST_ARGS int64");

const fn kernel<T: Extent>(variant: u16, name: &'static str) -> Kernel {
    Kernel { code: code(number::BROADCAST_ARGS, variant), name, check: check::<T>, invoke: invoke::<T> }
}

/// An integer that extents are given as.
trait Extent: Element {
    fn narrow(self) -> i32;
    fn widen(value: i32) -> Self;
}

impl Extent for i32 {
    fn narrow(self) -> i32 {
        self
    }

    fn widen(value: i32) -> i32 {
        value
    }
}

impl Extent for i64 {
    fn narrow(self) -> i32 {
        self as i32
    }

    fn widen(value: i32) -> i64 {
        value as i64
    }
}

fn check<T: Extent>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(2, 1, 0)?;
    op.input::<T>(0, p.left as usize)?;
    op.input::<T>(1, p.right as usize)?;
    op.output::<T>(0, p.output as usize)
}

/// The extent that is `back` dimensions before the last, 1 when there is none.
fn extent<T: Extent>(shape: Input<'_, T>, back: usize) -> i32 {
    if back < shape.len() { shape.get(shape.len() - 1 - back).narrow() } else { 1 }
}

fn invoke<T: Extent>(call: &Call<'_>) {
    let (left, right, output) = (call.input::<T>(0), call.input::<T>(1), call.output::<T>(0));
    for (back, cell) in output.iter().rev().enumerate() {
        cell.set(T::widen(match (extent(left, back), extent(right, back)) {
            (1, right) => right,
            (left, 1) => left,
            (left, right) if left == right => left,
            _ => return call.fail("two shapes cannot be broadcast against each other"),
        }));
    }
}
