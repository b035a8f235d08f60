//! Broadcasting: one walk over the output, row after row, while operands with fewer elements repeat theirs.
//!
//! The compiler merges neighbouring dimensions that behave alike, so equal shapes arrive here as one long row and a
//! scalar operand as one row in which it repeats. Element-wise kernels hand [`map1`], [`map2`] or [`map3`] a function
//! of single elements; it is inlined into loops without a branch per element. All of them read an element of a full
//! operand just before, or together with some that follow it, the output element at the same place is written.

use bytemuck::{Pod, Zeroable};

use crate::arena::{Element, Input, Output};
use crate::kernels::{Fault, volume};

/// The most dimensions that remain after merging.
pub const DIMENSIONS: usize = 6;

/// The most operands of a walk.
pub const OPERANDS: usize = 4;

/// The shape of the output and, for each operand, the dimensions along which it repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Broadcast {
    /// Extents of the output, outermost first, padded with 1 in front.
    pub extents: [u32; DIMENSIONS],
    /// For each operand a bit for each dimension, bit 0 for the outermost: set where the operand has the extent 1.
    pub repeats: [u8; OPERANDS],
}

impl Broadcast {
    /// The number of output elements.
    pub fn elements(&self) -> Result<usize, Fault> {
        volume(&self.extents)
    }

    /// The number of elements of an operand.
    pub fn operand_elements(&self, operand: usize) -> Result<usize, Fault> {
        let mut extents = self.extents;
        for (dimension, extent) in extents.iter_mut().enumerate() {
            if self.repeats_along(operand, dimension) {
                *extent = 1;
            }
        }
        volume(&extents)
    }

    #[inline(always)]
    fn repeats_along(&self, operand: usize, dimension: usize) -> bool {
        self.repeats[operand] >> dimension & 1 != 0
    }

    #[inline(always)]
    fn repeats_in_row(&self, operand: usize) -> bool {
        self.repeats_along(operand, DIMENSIONS - 1)
    }

    /// The distance between two elements of an operand that follow each other along a dimension.
    fn stride(&self, operand: usize, dimension: usize) -> usize {
        if self.repeats_along(operand, dimension) {
            return 0;
        }
        (dimension + 1..DIMENSIONS)
            .filter(|&inner| !self.repeats_along(operand, inner))
            .fold(1, |stride, inner| stride * self.extents[inner] as usize)
    }

    /// The length of a row.
    #[inline(always)]
    pub fn row(&self) -> usize {
        self.extents[DIMENSIONS - 1] as usize
    }

    /// Calls `row` with the start of every output row and the starts of the operands' rows that go with it, in the
    /// order in which the output rows lie.
    #[inline(always)]
    pub fn for_each_row<const N: usize>(&self, mut row: impl FnMut(usize, [usize; N])) {
        const OUTER: usize = DIMENSIONS - 1;
        if self.extents.contains(&0) {
            return;
        }
        let strides: [[usize; OUTER]; N] =
            core::array::from_fn(|operand| core::array::from_fn(|dimension| self.stride(operand, dimension)));
        let mut position = [0u32; OUTER];
        let mut starts = [0usize; N];
        let mut output = 0;
        loop {
            row(output, starts);
            output += self.row();
            let mut dimension = OUTER;
            loop {
                if dimension == 0 {
                    return;
                }
                dimension -= 1;
                position[dimension] += 1;
                let is_inside = position[dimension] < self.extents[dimension];
                let back = self.extents[dimension] as usize - 1;
                for (start, strides) in starts.iter_mut().zip(&strides) {
                    *start = if is_inside { *start + strides[dimension] } else { *start - back * strides[dimension] };
                }
                if is_inside {
                    break;
                }
                position[dimension] = 0;
            }
        }
    }
}

/// Writes the elements of one operand to the output.
#[inline(always)]
pub fn copy<T: Element>(broadcast: &Broadcast, input: Input<'_, T>, output: Output<'_, T>) {
    let row = broadcast.row();
    broadcast.for_each_row(|start, [from]| {
        let cells = output.range(start, row);
        if broadcast.repeats_in_row(0) { cells.fill(input.get(from)) } else { cells.copy_from(input.range(from, row)) }
    });
}

/// Writes `of(left, right)` for each pair of elements of two rows.
///
/// A block is read as a whole before the output is written there. To the compiler, loads and stores then cannot meet,
/// although the output may lie over an operand, and it can use vector instructions.
#[inline(always)]
fn zip_blocks<L: Element, R: Element, O: Element>(
    left: Input<'_, L>,
    right: Input<'_, R>,
    output: Output<'_, O>,
    of: impl Fn(L, R) -> O,
) {
    const BLOCK: usize = 32;
    let whole = output.len() - output.len() % BLOCK;
    for start in (0..whole).step_by(BLOCK) {
        let (left, right) = (left.range(start, BLOCK).array::<BLOCK>(), right.range(start, BLOCK).array::<BLOCK>());
        let mut results = [O::zeroed(); BLOCK];
        results.iter_mut().zip(left.iter().zip(&right)).for_each(|(result, (&left, &right))| *result = of(left, right));
        output.range(start, BLOCK).copy_from(Input::from(results.as_slice()));
    }
    let rest = output.tail(whole).iter().zip(left.tail(whole).iter()).zip(right.tail(whole).iter());
    rest.for_each(|((cell, left), right)| cell.set(of(left, right)));
}

/// Writes `of(left, right)` to every output element.
#[inline(always)]
pub fn map2<L: Element, R: Element, O: Element>(
    broadcast: &Broadcast,
    left: Input<'_, L>,
    right: Input<'_, R>,
    output: Output<'_, O>,
    of: impl Fn(L, R) -> O,
) {
    let row = broadcast.row();
    let (repeats_left, repeats_right) = (broadcast.repeats_in_row(0), broadcast.repeats_in_row(1));
    broadcast.for_each_row(|start, [l, r]| {
        let cells = output.range(start, row);
        match (repeats_left, repeats_right) {
            (false, false) => zip_blocks(left.range(l, row), right.range(r, row), cells, &of),
            (false, true) => {
                let r = right.get(r);
                zip_blocks(left.range(l, row), left.range(l, row), cells, |l, _| of(l, r));
            }
            (true, false) => {
                let l = left.get(l);
                zip_blocks(right.range(r, row), right.range(r, row), cells, |r, _| of(l, r));
            }
            (true, true) => cells.fill(of(left.get(l), right.get(r))),
        }
    });
}

/// Writes `of(first, second, third)` to every output element.
#[inline(always)]
pub fn map3<A: Element, B: Element, C: Element, O: Element>(
    broadcast: &Broadcast,
    (first, second, third): (Input<'_, A>, Input<'_, B>, Input<'_, C>),
    output: Output<'_, O>,
    of: impl Fn(A, B, C) -> O,
) {
    let row = broadcast.row();
    let steps: [usize; 3] = core::array::from_fn(|operand| !broadcast.repeats_in_row(operand) as usize);
    broadcast.for_each_row(|start, [a, b, c]| {
        let cells = output.range(start, row).iter();
        if steps == [1; 3] {
            let (first, second, third) = (first.range(a, row), second.range(b, row), third.range(c, row));
            for (((cell, a), b), c) in cells.zip(first.iter()).zip(second.iter()).zip(third.iter()) {
                cell.set(of(a, b, c));
            }
        } else {
            for (index, cell) in cells.enumerate() {
                let [a, b, c] = [a + index * steps[0], b + index * steps[1], c + index * steps[2]];
                cell.set(of(first.get(a), second.get(b), third.get(c)));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::Cell;

    /// The place in an operand that goes with an output element.
    fn place(broadcast: &Broadcast, operand: usize, index: usize) -> usize {
        let (mut rest, mut stride, mut place) = (index, 1, 0);
        for dimension in (0..DIMENSIONS).rev() {
            let extent = broadcast.extents[dimension] as usize;
            if !broadcast.repeats_along(operand, dimension) {
                place += rest % extent * stride;
                stride *= extent;
            }
            rest /= extent;
        }
        place
    }

    #[test]
    fn every_walk_meets_the_elements_that_belong_together() {
        let values: [u16; 512] = core::array::from_fn(|index| index as u16);
        for extents in [[1, 1, 1, 1, 1, 83], [2, 1, 3, 2, 1, 5], [2, 3, 1, 2, 3, 1], [1; 6], [1, 1, 1, 1, 7, 33]] {
            for (left, right) in (0..64).flat_map(|left| (0..64).map(move |right| (left, right))) {
                let broadcast = Broadcast { extents, repeats: [left, right, left & right, 0] };
                let elements = broadcast.elements().unwrap();
                let input = |operand| Input::from(&values[..broadcast.operand_elements(operand).unwrap()]);
                let mut results = [(0u32, 0u32); 512];
                let cells = [const { Cell::new(0u32) }; 512];
                map2(&broadcast, input(0), input(1), Output::from(&cells[..elements]), |l, r| {
                    (l as u32) << 16 | r as u32
                });
                results.iter_mut().zip(&cells).for_each(|(result, cell)| result.0 = cell.get());
                map3(&broadcast, (input(0), input(1), input(2)), Output::from(&cells[..elements]), |a, b, c| {
                    (a as u32) << 20 | (b as u32) << 10 | c as u32
                });
                results.iter_mut().zip(&cells).for_each(|(result, cell)| result.1 = cell.get());
                for (index, &found) in results[..elements].iter().enumerate() {
                    let [a, b, c] = [0, 1, 2].map(|operand| place(&broadcast, operand, index) as u32);
                    assert_eq!(found, (a << 16 | b, a << 20 | b << 10 | c), "{broadcast:?} at {index}");
                }
            }
        }
    }

    #[test]
    fn the_output_may_lie_over_a_full_operand() {
        let mut extents = [1; DIMENSIONS];
        extents[DIMENSIONS - 1] = 75;
        let broadcast = Broadcast { extents, repeats: [0, 1 << (DIMENSIONS - 1), 0, 0] };
        for ahead in 0..40 {
            let cells: [Cell<i32>; 128] = core::array::from_fn(|index| Cell::new(index as i32));
            let input = Output::from(&cells[ahead..ahead + 75]).as_input();
            map2(&broadcast, input, Input::from(&[1000][..]), Output::from(&cells[..75]), |l, r| l + r);
            assert!((0..75).all(|index| cells[index].get() == (ahead + index) as i32 + 1000));
        }
    }

    #[test]
    fn nothing_is_walked_when_an_extent_is_0() {
        let broadcast = Broadcast { extents: [u32::MAX, 9, 0, 1, 1, 7], repeats: [0; OPERANDS] };
        broadcast.for_each_row(|_, [_]| panic!("a row of nothing"));
    }
}
