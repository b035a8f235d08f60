//! From bytes of the input to lanes, and runs of bytes put together.

#![allow(unsafe_code)]

use crate::arena::{Input, Output};
use crate::instructions::Instructions;

/// Runs of bytes, all of the same length and the same distance apart.
#[derive(Clone, Copy)]
pub struct Runs {
    /// How many.
    pub count: usize,
    /// Bytes of each. They may overlap.
    pub length: usize,
    /// Bytes from the start of one to the start of the next.
    pub step: usize,
}

impl Runs {
    /// Whether all of them lie in `input` when the first starts at `start`.
    #[inline]
    pub fn lie_in(&self, input: Input<'_, i8>, start: usize) -> bool {
        self.count == 0 || start + (self.count - 1) * self.step + self.length <= input.len()
    }
}

/// Widens runs that start at `first` and at `second` of `input` side by side: of each four bytes of both, the even ones
/// of the first run, the even ones of the second, the odd ones of the first, the odd ones of the second. Panics unless
/// the runs are of whole words and lie in `input`, and `to` has as many words as all runs from `first` have bytes.
#[inline(never)]
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

/// Copies runs that start at `from` of `input` to `patch` from `to` on, where they are `pitch` bytes apart. Panics when runs
/// reach past the end of either.
#[inline(always)]
pub fn copy_runs(input: Input<'_, i8>, from: usize, runs: Runs, patch: Output<'_, i8>, to: usize, pitch: usize) {
    let copies = Runs { step: pitch, ..runs };
    assert!(runs.lie_in(input, from) && copies.lie_in(patch.as_input(), to));
    let mut source = input.as_ptr().wrapping_add(from);
    let mut target = patch.as_mut_ptr().wrapping_add(to);
    for _ in 0..runs.count {
        // SAFETY: the run and its copy lie in both, as just asserted, and neither access needs alignment. Cells may be
        // written through a shared reference.
        unsafe { copy_run(source, target, runs.length) };
        (source, target) = (source.wrapping_add(runs.step), target.wrapping_add(pitch));
    }
}

/// Copies `length` bytes, word by word; the last word may lie over the one before.
///
/// # Safety
///
/// So many bytes are readable at `source` and writable at `target`.
#[inline(always)]
unsafe fn copy_run(source: *const i8, target: *mut i8, length: usize) {
    // SAFETY: the caller's promise: each word and each byte is one of the run.
    unsafe {
        if let Some(last) = length.checked_sub(4) {
            let copy = |place: usize| {
                target.add(place).cast::<u32>().write_unaligned(source.add(place).cast::<u32>().read_unaligned());
            };
            let mut place = 0;
            while place < last {
                copy(place);
                place += 4;
            }
            copy(last);
        } else {
            (0..length).for_each(|place| target.add(place).write(source.add(place).read()));
        }
    }
}
