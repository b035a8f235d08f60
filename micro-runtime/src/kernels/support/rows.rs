//! Tensors as rows: ops along the last dimension see `[rows, depth]`, whatever the dimensions before it.

use bytemuck::{Pod, Zeroable};

use crate::kernels::{Fault, volume};

/// The two extents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Rows {
    /// How many rows there are.
    pub rows: u32,
    /// Elements of a row, at least 1.
    pub depth: u32,
}

impl Rows {
    /// The number of elements. Fails when they are too many, or rows empty.
    pub fn elements(self) -> Result<usize, Fault> {
        if self.depth == 0 {
            return Err(Fault::new("its rows are empty"));
        }
        volume(&[self.rows, self.depth])
    }

    /// The first element of each row, in order.
    #[inline(always)]
    pub fn starts(self) -> impl Iterator<Item = usize> {
        let depth = self.depth as usize;
        (0..self.rows as usize).map(move |row| row * depth)
    }
}
