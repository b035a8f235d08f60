//! Runs of bytes: what the ops that only move elements are made of.
//!
//! A run is copied as a whole, so that input and output may share its bytes. Runs as long as one element of 1, 2, 4 or
//! 8 bytes are moved without a call.

use crate::arena::{Input, Output};

/// Copies one run. Panics when the lengths differ.
#[inline(always)]
pub fn copy_run(output: Output<'_, u8>, input: Input<'_, u8>) {
    match output.len() {
        1 => copy_fixed::<1>(output, input),
        2 => copy_fixed::<2>(output, input),
        4 => copy_fixed::<4>(output, input),
        8 => copy_fixed::<8>(output, input),
        _ => output.copy_from(input),
    }
}

/// Fills the whole output with runs of `run` bytes, the first from `input[start..]` and each further one from `stride`
/// bytes behind the one before. Positions count modulo the size of an address, so `stride` may be negative.
///
/// Panics when a run lies outside of the input, and writes nothing when `run` is 0.
pub fn gather_runs(output: Output<'_, u8>, input: Input<'_, u8>, start: usize, stride: usize, run: usize) {
    match run {
        0 => {}
        1 => gather_fixed::<1>(output, input, start, stride),
        2 => gather_fixed::<2>(output, input, start, stride),
        4 => gather_fixed::<4>(output, input, start, stride),
        8 => gather_fixed::<8>(output, input, start, stride),
        _ => {
            let mut from = start;
            for at in (0..output.len() / run).map(|index| index * run) {
                output.range(at, run).copy_from(input.range(from, run));
                from = from.wrapping_add(stride);
            }
        }
    }
}

/// Fills the whole output with copies of `value`. Panics when they do not come out even, or are empty.
pub fn fill_runs(output: Output<'_, u8>, value: Input<'_, u8>) {
    let first = value.get(0);
    if value.iter().all(|byte| byte == first) {
        return output.fill(first);
    }
    assert!(output.len().is_multiple_of(value.len()));
    (0..output.len() / value.len()).for_each(|index| copy_run(output.range(index * value.len(), value.len()), value));
}

#[inline(always)]
fn copy_fixed<const N: usize>(output: Output<'_, u8>, input: Input<'_, u8>) {
    output.range(0, N).copy_from(input.range(0, N));
}

#[inline(always)]
fn gather_fixed<const N: usize>(output: Output<'_, u8>, input: Input<'_, u8>, start: usize, stride: usize) {
    let mut from = start;
    for at in 0..output.len() / N {
        output.range(at * N, N).copy_from(input.range(from, N));
        from = from.wrapping_add(stride);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_gathered_backwards() {
        let input = [1u8, 2, 3, 4, 5, 6, 7, 8, 9];
        for run in [1usize, 2, 3, 4] {
            let mut output = [0u8; 8];
            let count = 2;
            gather_runs(Output::from(&mut output[..count * run]), Input::from(&input[..]), 5, usize::MAX - 4, run);
            let expected: [u8; 8] = core::array::from_fn(|index| match index {
                _ if index >= count * run => 0,
                _ if index < run => input[5 + index],
                _ => input[index - run],
            });
            assert_eq!(output, expected);
        }
    }

    #[test]
    fn fills_repeat_the_value() {
        let mut output = [0u8; 6];
        fill_runs(Output::from(&mut output[..]), Input::from(&[7u8, 9][..]));
        assert_eq!(output, [7, 9, 7, 9, 7, 9]);
    }
}
