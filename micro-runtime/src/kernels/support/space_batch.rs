//! Space and batch: the one mapping behind SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND.
//!
//! The wide tensor is `[batches, height, width, run]`, the blocked one `[block_height, block_width, batches, rows,
//! columns, run]`. The wide one lies inside of the space that the blocks make up, `rows * block_height` by
//! `columns * block_width`, at `top` and `left`.

use bytemuck::{Pod, Zeroable};

use crate::arena::Input;
use crate::kernels::{Call, Fault, Op, volume};

/// Extents of both tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Batches of the wide tensor.
    pub batches: u32,
    /// Height of the wide tensor.
    pub height: u32,
    /// Width of the wide tensor.
    pub width: u32,
    /// Height of a block, at least 1.
    pub block_height: u32,
    /// Width of a block, at least 1.
    pub block_width: u32,
    /// Height of the blocked tensor.
    pub rows: u32,
    /// Width of the blocked tensor.
    pub columns: u32,
    /// Where in the blocks the wide tensor starts.
    pub top: u32,
    /// Where in the blocks the wide tensor starts.
    pub left: u32,
    /// Bytes of one place.
    pub run: u32,
}

/// Extents of both tensors where blocks and borders are known at run time only. Inputs: one of the two tensors, the
/// extents of a block, what is padded or cut off before and behind (both `int32`). The output is the other tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct AnyBlocks {
    /// Batches, height and width of the wide tensor.
    pub wide: [u32; 3],
    /// Batches, rows and columns of the blocked tensor.
    pub blocked: [u32; 3],
    /// Whether there is a width, 1 or 2; without one, both tensors have the width 1.
    pub spatial: u32,
    /// Bytes of one place.
    pub run: u32,
}

impl AnyBlocks {
    /// The bytes of the wide and of the blocked tensor, once the operands besides are as they should be.
    pub fn check(&self, op: &Op<'_>) -> Result<(usize, usize), Fault> {
        op.arity(3, 1, 0)?;
        op.writes_arena()?;
        if !(1..=2).contains(&self.spatial) {
            return Err(Fault::new("it has the wrong number of dimensions"));
        }
        op.input::<i32>(1, self.spatial as usize)?;
        op.input::<i32>(2, 2 * self.spatial as usize)?;
        let bytes = |[batches, high, wide]: [u32; 3]| volume(&[batches, high, wide, self.run]);
        Ok((bytes(self.wide)?, bytes(self.blocked)?))
    }

    /// The mapping that the operands of this call describe; `None` when the tensors do not have its shapes, which ends the
    /// invocation.
    pub fn at_run_time(&self, call: &Call<'_>) -> Option<Parameters> {
        let known = self.fit(call.input::<i32>(1), call.input::<i32>(2));
        if known.is_none() {
            call.fail("the blocks and borders of a move between space and batches do not lead to its shapes");
        }
        known
    }

    fn fit(&self, block: Input<'_, i32>, borders: Input<'_, i32>) -> Option<Parameters> {
        // Block, before, behind of the height and of the width.
        let mut along = [[1u32, 0, 0]; 2];
        for (dimension, along) in along.iter_mut().enumerate().take(self.spatial as usize) {
            let found = [block.get(dimension), borders.get(2 * dimension), borders.get(2 * dimension + 1)];
            for (place, value) in along.iter_mut().zip(found) {
                *place = u32::try_from(value).ok()?;
            }
            let [block, before, behind] = along.map(u64::from);
            let padded = before + u64::from(self.wide[1 + dimension]) + behind;
            if block == 0 || block * u64::from(self.blocked[1 + dimension]) != padded {
                return None;
            }
        }
        let [[block_height, top, _], [block_width, left, _]] = along;
        let blocks = u64::from(block_height) * u64::from(block_width);
        if blocks.checked_mul(u64::from(self.wide[0]))? != u64::from(self.blocked[0]) {
            return None;
        }
        let ([batches, height, width], [_, rows, columns]) = (self.wide, self.blocked);
        Some(Parameters { batches, height, width, block_height, block_width, rows, columns, top, left, run: self.run })
    }
}

impl Parameters {
    /// The bytes of the wide and of the blocked tensor.
    ///
    /// Fails when they do not fit an address, and when the wide one is not inside of the other.
    pub fn check(&self) -> Result<(usize, usize), Fault> {
        if self.block_height == 0 || self.block_width == 0 {
            return Err(Fault::new("a block is empty"));
        }
        let (high, wide) = (volume(&[self.rows, self.block_height])?, volume(&[self.columns, self.block_width])?);
        let fits =
            |start: u32, extent: u32, space: usize| start.checked_add(extent).is_some_and(|end| end as usize <= space);
        if !fits(self.top, self.height, high) || !fits(self.left, self.width, wide) {
            return Err(Fault::new("the space is not inside of its blocks"));
        }
        let blocks = [self.block_height, self.block_width, self.batches, self.rows, self.columns, self.run];
        Ok((volume(&[self.batches, self.height, self.width, self.run])?, volume(&blocks)?))
    }

    /// Calls `place(wide, blocked)` with where each run starts in either tensor, in the order of the wide one.
    #[inline(always)]
    pub fn for_each_place(&self, mut place: impl FnMut(usize, usize)) {
        if self.run == 0 || self.width == 0 || self.height == 0 {
            return;
        }
        let run = self.run as usize;
        let mut at = 0;
        for batch in 0..self.batches {
            for y in self.top..self.top + self.height {
                let (row, shift_y) = (y / self.block_height, y % self.block_height);
                for x in self.left..self.left + self.width {
                    let (column, shift_x) = (x / self.block_width, x % self.block_width);
                    let blocked = (shift_y * self.block_width + shift_x) * self.batches + batch;
                    let blocked = (blocked * self.rows + row) * self.columns + column;
                    place(at, blocked as usize * run);
                    at += run;
                }
            }
        }
    }
}
