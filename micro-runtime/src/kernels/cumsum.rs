//! CUMSUM: sums along an axis from its start to each element.
//!
//! Input and output `[outer, depth, inner]`. An exclusive sum leaves the element itself out, a reverse one starts from
//! the end. The `int8` kernel brings every value to half the input scale with 20 bits of headroom and requantises each
//! sum. The rule is TFLM's reference kernel, where the `int8` sum starts from a quantised 0 that is itself rescaled.
//! Where the axis is known at run time only, it is a second input (`int32`); one that the input does not have ends the
//! invocation.

use bytemuck::{Pod, Zeroable};

use super::support::extents::Extents;
use super::support::rescale::{Requantise, Rescale};
use super::{Call, Fault, Kernel, Op, code, number, volume};
use crate::arena::Element;

/// The shape and the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Axis {
    /// Product of the extents before the axis.
    pub outer: u32,
    /// Extent of the axis.
    pub depth: u32,
    /// Product of the extents after the axis.
    pub inner: u32,
    /// Not 0 for sums without the element itself.
    pub exclusive: u16,
    /// Not 0 for sums from the end.
    pub reverse: u16,
}

/// Parameters of the `int8` kernel. One input, one output. Those of the float kernel are an [`Axis`].
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Int8Parameters {
    /// The shape and the direction.
    pub axis: Axis,
    /// From the input to the common scale.
    pub input: Rescale,
    /// From a sum to the output.
    pub output: Requantise,
}

/// Shape and direction where the axis is known at run time only: the parameters of the float kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct AnyAxis {
    /// The shape of input and output.
    pub shape: Extents,
    /// Not 0 for sums without the element itself.
    pub exclusive: u16,
    /// Not 0 for sums from the end.
    pub reverse: u16,
}

/// Parameters of the `int8` kernel whose axis is known at run time only.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Int8AnyAxisParameters {
    /// The shape and the direction.
    pub axis: AnyAxis,
    /// From the input to the common scale.
    pub input: Rescale,
    /// From a sum to the output.
    pub output: Requantise,
}

/// `int8`.
pub const INT8: Kernel = Kernel { code: code(number::CUMSUM, 0), name: "CUMSUM int8", check: check_int8, invoke: int8 };

/// `float32`.
pub const FLOAT32: Kernel =
    Kernel { code: code(number::CUMSUM, 1), name: "CUMSUM float32", check: check_float32, invoke: float32 };

/// `int8`, the axis known at run time only.
pub const INT8_ANY_AXIS: Kernel = Kernel {
    code: code(number::CUMSUM, 2),
    name: "CUMSUM int8, any axis",
    check: check_int8_any_axis,
    invoke: int8_any_axis,
};

/// `float32`, the axis known at run time only.
pub const FLOAT32_ANY_AXIS: Kernel = Kernel {
    code: code(number::CUMSUM, 3),
    name: "CUMSUM float32, any axis",
    check: check_float32_any_axis,
    invoke: float32_any_axis,
};

fn check<T: Element>(op: &Op<'_>, axis: &Axis) -> Result<(), Fault> {
    let elements = volume(&[axis.outer, axis.depth, axis.inner])?;
    op.arity(1, 1, 0)?;
    op.input::<T>(0, elements)?;
    op.output::<T>(0, elements)
}

fn check_int8(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Int8Parameters = op.parameters()?;
    p.input.check()?;
    p.output.check()?;
    check::<i8>(op, &p.axis)
}

fn check_float32(op: &Op<'_>) -> Result<(), Fault> {
    check::<f32>(op, op.parameters()?)
}

fn check_any_axis<T: Element>(op: &Op<'_>, axis: &AnyAxis) -> Result<(), Fault> {
    let elements = axis.shape.check()?;
    op.arity(2, 1, 0)?;
    op.input::<T>(0, elements)?;
    op.input::<i32>(1, 1)?;
    op.output::<T>(0, elements)
}

fn check_int8_any_axis(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Int8AnyAxisParameters = op.parameters()?;
    p.input.check()?;
    p.output.check()?;
    check_any_axis::<i8>(op, &p.axis)
}

fn check_float32_any_axis(op: &Op<'_>) -> Result<(), Fault> {
    check_any_axis::<f32>(op, op.parameters()?)
}

/// The axis that input 1 names; `None` when the invocation has ended or there is nothing to sum.
fn axis_at_run_time(call: &Call<'_>, any: &AnyAxis) -> Option<Axis> {
    let Some(at) = any.shape.resolve(call.input::<i32>(1).get(0)) else {
        call.fail("CUMSUM got an axis that its input does not have");
        return None;
    };
    if call.output_bytes(0).is_empty() {
        return None;
    }
    let [outer, depth, inner] = any.shape.around(at, at).map(|extent| extent as u32);
    Some(Axis { outer, depth, inner, exclusive: any.exclusive, reverse: any.reverse })
}

#[inline(always)]
fn cumulate<T: Element, S: Copy>(
    call: &Call<'_>,
    axis: &Axis,
    zero: S,
    add: impl Fn(S, T) -> S,
    finish: impl Fn(S) -> T,
) {
    let (input, output) = (call.input::<T>(0), call.output::<T>(0));
    // Shapes may be hostile: nothing to do must not take long.
    if output.is_empty() {
        return;
    }
    let (depth, inner) = (axis.depth as usize, axis.inner as usize);
    for outer in 0..axis.outer as usize {
        for lane in 0..inner {
            let mut sum = zero;
            for step in 0..depth {
                let position = if axis.reverse != 0 { depth - 1 - step } else { step };
                let index = (outer * depth + position) * inner + lane;
                let next = add(sum, input.get(index));
                output.set(index, finish(if axis.exclusive != 0 { sum } else { next }));
                sum = next;
            }
        }
    }
}

fn int8(call: &Call<'_>) {
    cumulate_int8(call, *call.parameters());
}

fn int8_any_axis(call: &Call<'_>) {
    let p: &Int8AnyAxisParameters = call.parameters();
    if let Some(axis) = axis_at_run_time(call, &p.axis) {
        cumulate_int8(call, Int8Parameters { axis, input: p.input, output: p.output });
    }
}

fn cumulate_int8(call: &Call<'_>, p: Int8Parameters) {
    let add = |sum: i32, value: i8| sum.wrapping_add(p.input.apply(value as i32));
    cumulate(call, &p.axis, p.input.apply(0), add, |sum| p.output.apply(sum) as i8);
}

fn float32(call: &Call<'_>) {
    cumulate_float32(call, *call.parameters());
}

fn float32_any_axis(call: &Call<'_>) {
    if let Some(axis) = axis_at_run_time(call, call.parameters()) {
        cumulate_float32(call, axis);
    }
}

fn cumulate_float32(call: &Call<'_>, axis: Axis) {
    cumulate(call, &axis, 0.0, |sum, value: f32| sum + value, |sum| sum);
}
