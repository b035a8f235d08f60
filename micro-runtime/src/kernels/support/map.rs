//! Kernels that make each output element from the input element at the same place.
//!
//! Elements are read and written in order, one at a time, so the output may lie on the input as far as
//! the memory plan allows.

use crate::arena::Element;
use crate::kernels::{Call, Fault, Op};

/// Requires one input of type `I` and one output of type `O` with as many elements, and `further` inputs behind.
pub fn check_operands<I: Element, O: Element>(op: &Op<'_>, further: usize) -> Result<(), Fault> {
    op.arity(1 + further, 1, 0)?;
    let elements = op.output_bytes(0) / size_of::<O>();
    op.input::<I>(0, elements)?;
    op.output::<O>(0, elements)
}

/// The check of a kernel without parameters: one input of type `I`, one output of type `O` with as many elements.
pub fn check<I: Element, O: Element>(op: &Op<'_>) -> Result<(), Fault> {
    op.parameters::<()>()?;
    check_operands::<I, O>(op, 0)
}

/// Sets each element of output 0 to `function` of the element of input 0.
#[inline(always)]
pub fn map<I: Element, O: Element>(call: &Call<'_>, function: impl Fn(I) -> O) {
    let (input, output) = (call.input::<I>(0), call.output::<O>(0));
    output.iter().zip(input.iter()).for_each(|(cell, value)| cell.set(function(value)));
}
