//! Space and batch: the one mapping behind SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND.
//!
//! The wide tensor is `[batches, height, width, run]`, the blocked one `[block_height, block_width, batches, rows,
//! columns, run]`. The wide one lies inside of the space that the blocks make up, `rows * block_height` by
//! `columns * block_width`, at `top` and `left`.

use bytemuck::{Pod, Zeroable};

use crate::kernels::{Fault, volume};

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
