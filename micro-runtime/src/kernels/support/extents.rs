//! A shape some of whose dimensions are named at run time.

use bytemuck::{Pod, Zeroable};

use crate::kernels::{Fault, volume};

/// The most dimensions.
pub const DIMENSIONS: usize = 6;

/// A shape of 1 to 6 dimensions, outermost first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Extents {
    /// How many dimensions there are.
    pub rank: u32,
    /// The extent of each, padded with 1 behind.
    pub extents: [u32; DIMENSIONS],
}

impl Extents {
    /// The number of elements.
    pub fn check(&self) -> Result<usize, Fault> {
        if !(1..=DIMENSIONS as u32).contains(&self.rank) {
            return Err(Fault::new("it has the wrong number of dimensions"));
        }
        volume(&self.extents)
    }

    /// The dimension that `axis` means, if there is one; negative ones count from behind.
    pub fn resolve(&self, axis: i32) -> Option<usize> {
        let rank = self.rank as i32;
        let position = if axis < 0 { axis.wrapping_add(rank) } else { axis };
        (0..rank).contains(&position).then_some(position as usize)
    }

    /// The elements outside of some neighbouring dimensions, along them, and inside of them. The shape is one that was
    /// [checked](Extents::check) and is not empty.
    pub fn around(&self, first: usize, last: usize) -> [usize; 3] {
        let product = |extents: &[u32]| extents.iter().map(|&extent| extent as usize).product();
        let (outer, rest) = self.extents.split_at(first);
        let (along, inner) = rest.split_at(last + 1 - first);
        [product(outer), product(along), product(inner)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_are_counted_from_either_end() {
        let shape = Extents { rank: 3, extents: [2, 3, 5, 1, 1, 1] };
        assert_eq!(shape.check().ok(), Some(30));
        let resolved = [0, 2, -1, -3, 3, -4, i32::MIN, i32::MAX].map(|axis| shape.resolve(axis));
        assert_eq!(resolved, [Some(0), Some(2), Some(2), Some(0), None, None, None, None]);
        assert_eq!(shape.around(1, 1), [2, 3, 5]);
        assert_eq!(shape.around(0, 1), [1, 6, 5]);
        assert_eq!(shape.around(2, 2), [6, 5, 1]);
        assert!(Extents { rank: 0, ..shape }.check().is_err());
        assert!(Extents { rank: 7, ..shape }.check().is_err());
    }
}
