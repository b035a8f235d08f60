//! Reductions along axes that are known at run time only: a second input (`int32`).
//!
//! Negative axes count from behind, and one that is named twice counts once. The output has the elements that the file
//! gives it: an axis that the input does not have, and axes that leave another number of elements, end the invocation.

use bytemuck::{Pod, Zeroable};

use super::extents::{DIMENSIONS, Extents};
use super::reduce::{Reduction, SumParameters, best_of, sum_of};
use super::requantise::{OutputStage, check_multiplier};
use crate::arena::Element;
use crate::fixed::Multiplier;
use crate::kernels::{Call, Fault, Op};

/// What is known of the shape. Inputs: input, axes. One output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct AnyAxes {
    /// The shape of the input, not empty.
    pub shape: Extents,
    /// How many axes are named.
    pub axes: u32,
}

/// Parameters of quantised sums.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct AnySumParameters {
    /// The shape.
    pub axes: AnyAxes,
    /// That of the input.
    pub zero_point: i32,
    /// From input steps to output steps.
    pub multiplier: Multiplier,
    /// Zero point and range of the output.
    pub output: OutputStage,
}

impl AnyAxes {
    fn check<T: Element>(&self, op: &Op<'_>) -> Result<(), Fault> {
        op.arity(2, 1, 0)?;
        let elements = self.shape.check()?;
        if elements == 0 {
            return Err(Fault::new("it reduces an empty tensor"));
        }
        op.input::<T>(0, elements)?;
        op.input::<i32>(1, self.axes as usize)?;
        op.output::<T>(0, op.output_bytes(0) / size_of::<T>())
    }

    /// The shape that the axes lead to; `None` when the invocation has ended.
    pub fn reduction<T: Element>(&self, call: &Call<'_>) -> Option<Reduction> {
        let mut is_reduced = [false; DIMENSIONS];
        for axis in call.input::<i32>(1).iter() {
            match self.shape.resolve(axis) {
                Some(axis) => is_reduced[axis] = true,
                None => {
                    call.fail("a reduction got an axis that its input does not have");
                    return None;
                }
            }
        }
        let reduction = Reduction::of(self.shape.extents.into_iter().zip(is_reduced))?;
        let kept = reduction.kept.iter().fold(1, |product: usize, &extent| product * extent as usize);
        if kept != call.output::<T>(0).len() {
            call.fail("a reduction got axes that do not fit its output");
            return None;
        }
        Some(reduction)
    }
}

/// The check of kernels whose parameters are [`AnyAxes`] alone.
pub fn check<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    op.parameters::<AnyAxes>()?.check::<T>(op)
}

/// The check of quantised sums, whose parameters are [`AnySumParameters`].
pub fn check_sum<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &AnySumParameters = op.parameters()?;
    p.axes.check::<T>(op)?;
    check_multiplier(p.multiplier)
}

/// As [`sum`](super::reduce::sum); `of_count` makes the multiplier that a sum of so many elements is rescaled by.
#[inline(always)]
pub fn sum<T: Element + Into<i32>>(
    call: &Call<'_>,
    of_count: impl Fn(Multiplier, u32) -> Multiplier,
    narrow: impl Fn(i32) -> T,
) {
    let p: &AnySumParameters = call.parameters();
    let Some(shape) = p.axes.reduction::<T>(call) else { return };
    let offset = p.zero_point.wrapping_mul(shape.count() as i32).wrapping_neg();
    let multiplier = of_count(p.multiplier, shape.count());
    sum_of(call, &SumParameters { shape, offset, multiplier, output: p.output }, narrow);
}

/// As [`best`](super::reduce::best).
#[inline(always)]
pub fn best<T: Element>(call: &Call<'_>, initial: T, better: impl Fn(T, T) -> bool) {
    if let Some(shape) = call.parameters::<AnyAxes>().reduction::<T>(call) {
        best_of(call, &shape, initial, better);
    }
}
