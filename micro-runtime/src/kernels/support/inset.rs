//! A box of a tensor whose place is known at run time only.

use bytemuck::{Pod, Zeroable};

use crate::kernels::{Fault, volume};

/// The most dimensions.
pub const DIMENSIONS: usize = 6;

/// The shapes of a tensor and of a box of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Inset {
    /// How many of the extents the model has, the innermost, in `1..=6`.
    pub rank: u32,
    /// Bytes of an element.
    pub element_bytes: u32,
    /// Extents of the tensor, outermost first, padded with 1 in front.
    pub whole: [u32; DIMENSIONS],
    /// Extents of the box, each at most that of the tensor, padded with 1 in front.
    pub part: [u32; DIMENSIONS],
}

impl Inset {
    /// The bytes of the tensor and of the box.
    pub fn check(&self) -> Result<[usize; 2], Fault> {
        if !(1..=DIMENSIONS as u32).contains(&self.rank) {
            return Err(Fault::new("it has the wrong number of dimensions"));
        }
        if self.whole.iter().zip(&self.part).any(|(whole, part)| part > whole) {
            return Err(Fault::new("a box is larger than what it is a part of"));
        }
        let bytes = |extents: &[u32]| volume(&[volume(extents)? as u32, self.element_bytes]);
        Ok([bytes(&self.whole)?, bytes(&self.part)?])
    }

    /// The dimensions that the model has.
    pub fn dimensions(&self) -> core::ops::Range<usize> {
        DIMENSIONS - self.rank as usize..DIMENSIONS
    }

    /// Bytes of a row of the box.
    pub fn row(&self) -> usize {
        self.part[DIMENSIONS - 1] as usize * self.element_bytes as usize
    }

    /// Where each row of the box lies in the tensor, in bytes, when the box begins at `first`. The box is not empty.
    pub fn rows(&self, first: [usize; DIMENSIONS]) -> impl Iterator<Item = usize> + '_ {
        let outer = &self.part[..DIMENSIONS - 1];
        (0..outer.iter().map(|&extent| extent as usize).product()).map(move |index| {
            let (mut rest, mut stride) = (index, self.whole[DIMENSIONS - 1] as usize);
            let mut element = first[DIMENSIONS - 1];
            for dimension in (0..DIMENSIONS - 1).rev() {
                let extent = self.part[dimension] as usize;
                element += (first[dimension] + rest % extent) * stride;
                rest /= extent;
                stride *= self.whole[dimension] as usize;
            }
            element * self.element_bytes as usize
        })
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::*;

    #[test]
    fn rows_lie_where_their_indices_say() {
        let inset = Inset { rank: 3, element_bytes: 2, whole: [1, 1, 1, 3, 4, 5], part: [1, 1, 1, 2, 1, 3] };
        assert_eq!(inset.check().ok(), Some([120, 12]));
        assert_eq!((inset.dimensions(), inset.row()), (3..6, 6));
        let rows: Vec<usize> = inset.rows([0, 0, 0, 1, 3, 2]).collect();
        assert_eq!(rows, [2 * (20 + 15 + 2), 2 * (40 + 15 + 2)]);
        for wrong in [
            Inset { rank: 0, ..inset },
            Inset { rank: 7, ..inset },
            Inset { part: [1, 1, 1, 4, 1, 1], ..inset },
            Inset { element_bytes: u32::MAX, ..inset },
        ] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
    }
}
