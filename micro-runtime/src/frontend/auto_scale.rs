//! Automatic scaling: quiet frames use all bits of the fixed-point transform.

use crate::arena::{Input, Output};

/// Shifts the samples left as far as the loudest one allows, and returns by how many bits (0 to 14).
///
/// `output` is as long as `input` and may be the same memory; panics when it is shorter. The loudest magnitude is
/// searched in 16 bits, so a sample of -32768 counts as less than 0 and forgets what was before it: when it is the
/// last extreme nothing is scaled, when louder samples follow it wraps. The rule is that of TFLM's
/// `SignalFftAutoScale`.
pub fn auto_scale(input: Input<'_, i16>, output: Output<'_, i16>) -> i32 {
    let loudest = loudest(input);
    let shift = if loudest > 0 { loudest.leading_zeros() - 1 } else { 0 };
    for (index, sample) in input.iter().enumerate() {
        output.set(index, sample << shift);
    }
    shift as i32
}

/// The magnitude that decides, or less than 0 when the last extreme has none.
pub(super) fn loudest(input: Input<'_, i16>) -> i16 {
    let mut loudest = 0i16;
    for sample in input.iter() {
        if sample > loudest {
            loudest = sample;
        } else if -(sample as i32) > loudest as i32 {
            loudest = sample.wrapping_neg();
        }
    }
    loudest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(mut samples: [i16; 3]) -> ([i16; 3], i32) {
        let samples_view = Output::from(&mut samples[..]);
        let shift = auto_scale(samples_view.as_input(), samples_view);
        (samples, shift)
    }

    #[test]
    fn the_loudest_sample_decides() {
        assert_eq!(scaled([1, -2, 0]), ([8192, -16384, 0], 13));
        assert_eq!(scaled([0, 0, 0]), ([0, 0, 0], 0));
        assert_eq!(scaled([1, 16384, -1]), ([1, 16384, -1], 0));
    }

    #[test]
    fn the_most_negative_sample_has_no_magnitude() {
        assert_eq!(scaled([5, -7, i16::MIN]), ([5, -7, i16::MIN], 0));
        assert_eq!(scaled([i16::MIN, 0, 3]), ([0, 0, 24576], 13));
    }
}
