//! Bytes that start where a Program and an arena must start.

use std::ops::{Deref, DerefMut};

use micro_runtime::arena::ALIGNMENT;

/// Owned bytes whose first lies on a multiple of [`ALIGNMENT`].
#[derive(Clone)]
pub struct AlignedBytes {
    words: Vec<u128>,
    length: usize,
}

const _: () = assert!(align_of::<u128>() >= ALIGNMENT);

impl AlignedBytes {
    /// `length` zero bytes.
    pub fn zeroed(length: usize) -> AlignedBytes {
        AlignedBytes { words: vec![0; length.div_ceil(ALIGNMENT)], length }
    }
}

impl From<&[u8]> for AlignedBytes {
    fn from(bytes: &[u8]) -> AlignedBytes {
        let mut aligned = AlignedBytes::zeroed(bytes.len());
        aligned.copy_from_slice(bytes);
        aligned
    }
}

impl Deref for AlignedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.length]
    }
}

impl DerefMut for AlignedBytes {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut bytemuck::cast_slice_mut(&mut self.words)[..self.length]
    }
}
