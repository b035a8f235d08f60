//! From bytes of the input to lanes, and runs of bytes put together.

#![allow(unsafe_code)]

use crate::arena::{Input, Output};
use crate::kernels::dsp::instructions::Instructions;

/// Widens two runs of bytes side by side: of each four bytes of both, the even ones of the first run, the even ones of
/// the second, the odd ones of the first, the odd ones of the second. Panics unless both runs have a length that is a
/// multiple of 4, and `to` has as many words as each has bytes.
#[inline(always)]
pub fn two_runs<I: Instructions>(first: Input<'_, i8>, second: Input<'_, i8>, to: Output<'_, i32>) {
    assert!(first.len() == second.len() && first.len() == to.len() && first.len().is_multiple_of(4));
    let (mut a, mut b) = (first.as_ptr().cast::<u32>(), second.as_ptr().cast::<u32>());
    let mut at = to.as_mut_ptr().cast::<u32>();
    // SAFETY: the end is one past the run.
    let end = unsafe { first.as_ptr().add(first.len()) }.cast::<u32>();
    while a != end {
        // SAFETY: another four bytes of each run and as many words of `to` are left, as just asserted. Reads need no
        // alignment, words of `to` are aligned, and cells may be written through a shared reference.
        unsafe {
            let (left, right) = (a.read_unaligned(), b.read_unaligned());
            at.write(I::even_bytes(left));
            at.add(1).write(I::even_bytes(right));
            at.add(2).write(I::odd_bytes(left));
            at.add(3).write(I::odd_bytes(right));
            (a, b, at) = (a.add(1), b.add(1), at.add(4));
        }
    }
}

/// Copies the first `len` bytes of `source` to `target`, and up to three more behind them where `may_spill` allows it,
/// word by word. Panics when the bytes reach past the end of either.
#[inline(always)]
pub fn copy_run(source: Input<'_, i8>, len: usize, target: Output<'_, i8>, may_spill: bool) {
    let rounded = len.next_multiple_of(4);
    if rounded > source.len() || rounded > target.len() || (rounded > len && !may_spill) {
        return target.range(0, len).iter().zip(source.range(0, len).iter()).for_each(|(to, from)| to.set(from));
    }
    let (mut read, mut write) = (source.as_ptr().cast::<u32>(), target.as_mut_ptr().cast::<u32>());
    for _ in 0..rounded / 4 {
        // SAFETY: another four bytes of both runs are left, as just asked, and neither access needs alignment. Cells
        // may be written through a shared reference.
        unsafe {
            write.write_unaligned(read.read_unaligned());
            (read, write) = (read.add(1), write.add(1));
        }
    }
}
