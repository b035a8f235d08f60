//! From bytes of the input to lanes, and runs of bytes put together.

#![allow(unsafe_code)]

use crate::arena::{Input, Output};
use crate::kernels::dsp::instructions::Instructions;

/// Runs of bytes, all of the same length and the same distance apart.
#[derive(Clone, Copy)]
pub struct Runs {
    /// How many.
    pub count: usize,
    /// Bytes of each, a multiple of 4. They may overlap.
    pub length: usize,
    /// Bytes from the start of one to the start of the next.
    pub step: usize,
}

impl Runs {
    /// Whether all of them lie in `input` when the first starts at `start`.
    #[inline(always)]
    pub fn lie_in(&self, input: Input<'_, i8>, start: usize) -> bool {
        self.count == 0 || start + (self.count - 1) * self.step + self.length <= input.len()
    }
}

/// Widens runs that start at `first` and at `second` of `input` side by side: of each four bytes of both, the even ones
/// of the first run, the even ones of the second, the odd ones of the first, the odd ones of the second. Panics unless
/// the runs lie in `input`, and `to` has as many words as all runs from `first` have bytes.
#[inline(always)]
pub fn two_by_two<I: Instructions>(
    input: Input<'_, i8>,
    (first, second): (usize, usize),
    runs: Runs,
    to: Output<'_, i32>,
) {
    assert!(runs.lie_in(input, first.max(second)));
    assert!(to.len() == runs.count * runs.length && runs.length.is_multiple_of(4));
    let start = input.as_ptr();
    let mut at = to.as_mut_ptr().cast::<u32>();
    // Runs may overlap, so that this is negative; addresses behind the last run are not used.
    let skip = runs.step.wrapping_sub(runs.length);
    let (mut left, mut right) = (start.wrapping_add(first).cast::<u32>(), start.wrapping_add(second).cast::<u32>());
    for _ in 0..runs.count {
        for _ in 0..runs.length / 4 {
            // SAFETY: all runs from both starts lie in the input, and `to` has a word for each byte of those from one
            // of them, as just asserted. Reads need no alignment, words of `to` are aligned, and cells may be written
            // through a shared reference.
            unsafe {
                let (one, other) = (I::load_one(&mut left), I::load_one(&mut right));
                I::store_two(&mut at, I::even_bytes(one), I::even_bytes(other));
                I::store_two(&mut at, I::odd_bytes(one), I::odd_bytes(other));
            }
        }
        left = left.wrapping_byte_add(skip);
        right = right.wrapping_byte_add(skip);
    }
}

/// Copies the first `len` bytes of `source` to `target`, and up to three more behind them where `may_spill` allows it,
/// word by word. Panics when the bytes reach past the end of either.
#[inline(always)]
pub fn copy_run(source: Input<'_, i8>, len: usize, target: Output<'_, i8>, may_spill: bool) {
    let may_spill = may_spill && len.next_multiple_of(4) <= source.len().min(target.len());
    let whole = if may_spill { len.next_multiple_of(4) } else { len & !3 };
    assert!(whole <= source.len() && whole <= target.len());
    let (mut read, mut write) = (source.as_ptr().cast::<u32>(), target.as_mut_ptr().cast::<u32>());
    for _ in 0..whole / 4 {
        // SAFETY: another four bytes of both runs are left, as just asserted, and neither access needs alignment. Cells
        // may be written through a shared reference.
        unsafe {
            write.write_unaligned(read.read_unaligned());
            (read, write) = (read.add(1), write.add(1));
        }
    }
    (whole..len).for_each(|index| target.set(index, source.get(index)));
}
