//! All channels of one pixel of a pool, four at a time.

#![allow(unsafe_code)]

use super::depthwise::CHANNELS;
use crate::arena::{Input, Output};

/// The taps of a window that lie inside the image, at least one.
#[derive(Clone, Copy)]
pub struct Inside {
    /// Rows of them.
    pub rows: usize,
    /// Columns of them.
    pub columns: usize,
    /// Bytes of the input from one to the next to the right.
    pub step: usize,
    /// Bytes of the input from one to the next below.
    pub row_step: usize,
}

/// Writes the outputs of one pixel, of which `input` begins with the first tap: for each four channels, `none` folded with
/// the bytes of each tap by `add`, and made bytes by `finish`. Panics when lengths do not fit or taps lie outside.
#[inline(always)]
pub fn pixel<S: Copy>(
    inside: &Inside,
    input: Input<'_, i8>,
    output: Output<'_, i8>,
    none: S,
    add: impl Fn(S, u32) -> S,
    finish: impl Fn(S) -> u32,
) {
    let channels = output.len();
    assert!(inside.rows > 0 && inside.columns > 0 && channels > 0 && channels.is_multiple_of(CHANNELS));
    let last = (inside.rows - 1) * inside.row_step + (inside.columns - 1) * inside.step + channels - 1;
    assert!(last < input.len());
    for block in 0..channels / CHANNELS {
        let mut sum = none;
        let mut row = input.as_ptr().wrapping_add(block * CHANNELS);
        for _ in 0..inside.rows {
            let mut at = row;
            for _ in 0..inside.columns {
                // SAFETY: the last tap has its bytes, and so have those before it, as asserted above. Bytes need no
                // alignment.
                sum = add(sum, unsafe { at.cast::<u32>().read_unaligned() });
                at = at.wrapping_add(inside.step);
            }
            row = row.wrapping_add(inside.row_step);
        }
        // SAFETY: four bytes of output for each block, as asserted above; cells may be written through a shared
        // reference, and bytes need no alignment.
        unsafe { output.as_mut_ptr().add(block * CHANNELS).cast::<u32>().write_unaligned(finish(sum)) };
    }
}
