//! Reductions: each output element is made of the input elements that differ only along the reduced dimensions.
//!
//! Every kernel here takes its elements in the order in which they lie, as the reference does, which matters to
//! floats. Where the innermost dimension is kept, a block of outputs is worked on at a time, so that memory is read in
//! runs; no scratch memory is needed. Output element `n` is written once the inputs of elements up to `n` are read,
//! and nothing before its own first input element is read afterwards.

use bytemuck::{Pod, Zeroable};

use super::extents::Extents;
use super::requantise::{OutputStage, check_multiplier};
use crate::arena::{Element, Input};
use crate::fixed::Multiplier;
use crate::kernels::{Call, Fault, Op, volume};

/// The extents of the input, as runs of kept and reduced dimensions in turn: `kept[0]`, `reduced[0]`, `kept[1]`,
/// ..., `kept[3]`. None is 0. The output has the kept extents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Reduction {
    /// Those that the output has too.
    pub kept: [u32; 4],
    /// Those that it has not.
    pub reduced: [u32; 3],
}

/// Parameters of quantised sums: the sum of an output element, rescaled.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct SumParameters {
    /// The shape.
    pub shape: Reduction,
    /// Added to each sum: the negated zero point of the input times the number of elements summed.
    pub offset: i32,
    /// From sums to output steps.
    pub multiplier: Multiplier,
    /// Zero point and range of the output.
    pub output: OutputStage,
}

impl Reduction {
    /// That of dimensions, each with its extent (not 0) and whether it is reduced; `None` when there are more groups of
    /// neighbouring reduced ones than there is room for, which up to six dimensions never are.
    pub fn of(dimensions: impl DoubleEndedIterator<Item = (u32, bool)>) -> Option<Reduction> {
        let mut slots = [1u32; 7];
        let mut slot = 0;
        for (extent, is_reduced) in dimensions.rev().filter(|&(extent, _)| extent != 1) {
            // Kept runs lie in even slots.
            slot += (slot % 2 == 1) as usize ^ is_reduced as usize;
            let run = slots.get_mut(slot)?;
            *run = run.wrapping_mul(extent);
        }
        let [k3, r2, k2, r1, k1, r0, k0] = slots;
        Some(Reduction { kept: [k0, k1, k2, k3], reduced: [r0, r1, r2] })
    }

    /// How many elements an output element is made of.
    pub fn count(&self) -> u32 {
        self.reduced.iter().fold(1, |product: u32, &extent| product.wrapping_mul(extent))
    }

    /// Requires one input and one output of this shape.
    pub fn check<I: Element, O: Element>(&self, op: &Op<'_>) -> Result<(), Fault> {
        op.arity(1, 1, 0)?;
        let [a, b, c, inner] = self.kept;
        let [x, y, z] = self.reduced;
        let inputs = volume(&[a, x, b, y, c, z, inner])?;
        if inputs == 0 {
            return Err(Fault::new("it reduces an empty tensor"));
        }
        op.input::<I>(0, inputs)?;
        op.output::<O>(0, volume(&self.kept)?)
    }
}

/// How many outputs are worked on at a time.
const BLOCK: usize = 16;

/// Folds the elements of each output: `step(folded, element, position)`, where `position` counts the elements of that
/// output from 0. Then calls `finish(index, folded)` for each output in order. The shape is one that was
/// [checked](Reduction::check).
#[inline(always)]
pub fn reduce<I: Element, A: Copy>(
    shape: &Reduction,
    input: Input<'_, I>,
    initial: A,
    step: impl Fn(A, I, u32) -> A,
    mut finish: impl FnMut(usize, A),
) {
    let [a, b, c, inner] = shape.kept.map(|extent| extent as usize);
    let [x, y, z] = shape.reduced.map(|extent| extent as usize);
    let mut index = 0;
    for outer in 0..a * b * c {
        let (k0, k1, k2) = (outer / (b * c), outer / c % b, outer % c);
        // The runs of reduced elements (rows of kept ones, where there are any) that belong to these outputs.
        let runs = || {
            (0..x * y).map(move |run| {
                let (i, j) = (run / y, run % y);
                (((((k0 * x + i) * b + k1) * y + j) * c + k2) * z * inner, (run * z) as u32)
            })
        };
        if inner == 1 {
            let mut folded = initial;
            for (start, first) in runs() {
                let elements = input.range(start, z).iter().zip(first..);
                folded = elements.fold(folded, |folded, (value, position)| step(folded, value, position));
            }
            finish(index, folded);
            index += 1;
            continue;
        }
        for column in (0..inner).step_by(BLOCK) {
            let width = BLOCK.min(inner - column);
            let mut folded = [initial; BLOCK];
            for (start, first) in runs() {
                for row in 0..z {
                    let values = input.range(start + row * inner + column, width);
                    let position = first + row as u32;
                    // The whole block has a length known to the compiler.
                    if width == BLOCK {
                        let values = values.array::<BLOCK>();
                        (0..BLOCK).for_each(|lane| folded[lane] = step(folded[lane], values[lane], position));
                    } else {
                        let lanes = folded.iter_mut().zip(values.iter());
                        lanes.for_each(|(folded, value)| *folded = step(*folded, value, position));
                    }
                }
            }
            for &folded in &folded[..width] {
                finish(index, folded);
                index += 1;
            }
        }
    }
}

/// The check of quantised sums.
pub fn check_sum<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let p: &SumParameters = op.parameters()?;
    p.shape.check::<T, T>(op)?;
    check_multiplier(p.multiplier)
}

/// Sums each output's elements in 32 bits and rescales the sum; `narrow` takes it to the output's type.
#[inline(always)]
pub fn sum<T: Element + Into<i32>>(call: &Call<'_>, narrow: impl Fn(i32) -> T) {
    sum_of(call, call.parameters(), narrow);
}

/// As [`sum`], with these parameters.
#[inline(always)]
pub fn sum_of<T: Element + Into<i32>>(call: &Call<'_>, p: &SumParameters, narrow: impl Fn(i32) -> T) {
    let output = call.output::<T>(0);
    let add = |sum: i32, value: T, _| sum.wrapping_add(value.into());
    reduce(&p.shape, call.input::<T>(0), 0i32, add, |index, sum| {
        output.set(index, narrow(p.output.apply(p.multiplier.apply(sum.wrapping_add(p.offset)))));
    });
}

/// The check of kernels whose parameters are the [`Reduction`] alone.
pub fn check<I: Element, O: Element>(op: &Op<'_>) -> Result<(), Fault> {
    op.parameters::<Reduction>()?.check::<I, O>(op)
}

/// Keeps, of each output's elements and `initial`, the first one that no later one is `better` than.
#[inline(always)]
pub fn best<T: Element>(call: &Call<'_>, initial: T, better: impl Fn(T, T) -> bool) {
    best_of(call, call.parameters(), initial, better);
}

/// As [`best`], in this shape.
#[inline(always)]
pub fn best_of<T: Element>(call: &Call<'_>, shape: &Reduction, initial: T, better: impl Fn(T, T) -> bool) {
    let output = call.output::<T>(0);
    let step = |best, value, _| if better(value, best) { value } else { best };
    reduce(shape, call.input::<T>(0), initial, step, |index, best| output.set(index, best));
}

/// The position of the first element that no later one is `better` than.
#[inline(always)]
pub fn position_of_best<T: Element>(call: &Call<'_>, better: impl Fn(T, T) -> bool) {
    positions(call, call.parameters(), better);
}

/// The check of kernels that reduce along the dimension that input 1 names. The parameters are [`Extents`].
pub fn check_any_axis<I: Element, O: Element>(op: &Op<'_>) -> Result<(), Fault> {
    let shape: &Extents = op.parameters()?;
    op.arity(2, 1, 0)?;
    let elements = shape.check()?;
    if elements == 0 {
        return Err(Fault::new("it reduces an empty tensor"));
    }
    op.input::<I>(0, elements)?;
    op.input::<i32>(1, 1)?;
    op.output::<O>(0, op.output_bytes(0) / size_of::<O>())
}

/// As [`position_of_best`], along the dimension that input 1 names.
#[inline(always)]
pub fn position_of_best_along<T: Element>(call: &Call<'_>, better: impl Fn(T, T) -> bool) {
    let shape: &Extents = call.parameters();
    let Some(axis) = shape.resolve(call.input::<i32>(1).get(0)) else {
        return call.fail("a search for the greatest or least got an axis that its input does not have");
    };
    let [outer, along, inner] = shape.around(axis, axis);
    if outer * inner != call.output::<i32>(0).len() {
        return call.fail("a search for the greatest or least got an axis that does not fit its output");
    }
    let shape = Reduction { kept: [1, 1, outer as u32, inner as u32], reduced: [1, 1, along as u32] };
    positions(call, &shape, better);
}

#[inline(always)]
fn positions<T: Element>(call: &Call<'_>, shape: &Reduction, better: impl Fn(T, T) -> bool) {
    let output = call.output::<i32>(0);
    let step = |(best, at): (T, u32), value, position| {
        if position == 0 || better(value, best) { (value, position) } else { (best, at) }
    };
    let initial = (T::zeroed(), 0);
    reduce(shape, call.input::<T>(0), initial, step, |index, (_, at)| output.set(index, at as i32));
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::*;

    #[test]
    fn neighbours_of_one_kind_become_one_run() {
        let of = |extents: &[u32], is_reduced: &[bool]| {
            Reduction::of(extents.iter().copied().zip(is_reduced.iter().copied()))
        };
        let shape = of(&[2, 3, 1, 5, 7], &[false, true, false, true, false]).unwrap();
        assert_eq!(shape, Reduction { kept: [1, 1, 2, 7], reduced: [1, 1, 15] });
        let shape = of(&[2, 3, 5, 7], &[true, false, true, true]).unwrap();
        assert_eq!(shape, Reduction { kept: [1, 1, 3, 1], reduced: [1, 2, 35] });
        assert_eq!(shape.count(), 70);
        assert_eq!(of(&[], &[]), Some(Reduction { kept: [1; 4], reduced: [1; 3] }));
        let alternating = [true, false, true, false, true, false, true, false];
        assert_eq!(of(&[2; 8], &alternating), None);
        assert!(of(&[2; 6], &alternating[..6]).is_some() && of(&[2; 6], &alternating[1..7]).is_some());
    }

    #[test]
    fn every_layout_agrees_with_indexing_one_by_one() {
        for shape in [
            Reduction { kept: [1, 1, 1, 1], reduced: [1, 1, 1] },
            Reduction { kept: [1, 1, 3, 1], reduced: [1, 1, 5] },
            Reduction { kept: [1, 1, 2, 37], reduced: [1, 1, 4] },
            Reduction { kept: [2, 3, 2, 16], reduced: [3, 2, 2] },
            Reduction { kept: [2, 3, 4, 1], reduced: [3, 2, 5] },
        ] {
            let [a, b, c, d] = shape.kept.map(|extent| extent as usize);
            let [x, y, z] = shape.reduced.map(|extent| extent as usize);
            let count = a * b * c * d * x * y * z;
            let input: Vec<i32> = (0..count as i32).map(|index| index.wrapping_mul(-1_640_531_527)).collect();
            let mut wanted = std::vec![(0i32, 0u32); a * b * c * d];
            for (flat, &value) in input.iter().enumerate() {
                let (rest, k3) = (flat / d, flat % d);
                let (rest, k) = (rest / z, rest % z);
                let (rest, k2) = (rest / c, rest % c);
                let (rest, j) = (rest / y, rest % y);
                let (rest, k1) = (rest / b, rest % b);
                let (k0, i) = (rest / x, rest % x);
                let folded = &mut wanted[((k0 * b + k1) * c + k2) * d + k3];
                assert_eq!(folded.1 as usize, (i * y + j) * z + k);
                *folded = (folded.0.wrapping_mul(31).wrapping_add(value), folded.1 + 1);
            }
            let mut found = Vec::new();
            let step = |(hash, count): (i32, u32), value, position| {
                assert_eq!(count, position);
                (hash.wrapping_mul(31).wrapping_add(value), count + 1)
            };
            reduce(&shape, Input::from(input.as_slice()), (0, 0), step, |index, folded| {
                assert_eq!(index, found.len());
                found.push(folded);
            });
            assert_eq!(found, wanted, "{shape:?}");
        }
    }
}
