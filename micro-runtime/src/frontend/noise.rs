//! Noise reduction: what is there all the time is estimated and subtracted.

use crate::arena::{Input, Output};

/// How fast the noise estimate follows the signal, and how much of the signal is always kept.
///
/// The fractions have `fraction_bits` fractional bits. Channels are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoiseReduction {
    /// The fraction of the new signal in the estimate, in even channels.
    pub even_smoothing: u32,
    /// The fraction of the old estimate in the new one, in even channels.
    pub even_one_minus_smoothing: u32,
    /// The fraction of the new signal in the estimate, in odd channels.
    pub odd_smoothing: u32,
    /// The fraction of the old estimate in the new one, in odd channels.
    pub odd_one_minus_smoothing: u32,
    /// The fraction of the signal that is left even where all of it seems to be noise.
    pub min_signal_remaining: u32,
    /// How many fractional bits the estimate has more than the signal (the low five bits count).
    pub smoothing_bits: u32,
    /// The number of fractional bits of the fractions (the low six bits count).
    pub fraction_bits: u32,
    /// Whether the estimate is held at the signal where it would exceed it.
    pub clamping: bool,
}

/// Updates `estimate` with the signal of one frame and writes the signal without its noise.
///
/// One element a channel; `estimate` is the state from frame to frame, all 0 at first, and has `smoothing_bits`
/// fractional bits more than the signal. `output` may be the memory of `input`. Arithmetic wraps at 32 bits (64
/// bits in the smoothing). Panics when `estimate` or `output` is shorter than `input`. The rule is that of TFLM's
/// `SignalFilterBankSpectralSubtraction`.
pub fn subtract_noise(
    settings: &NoiseReduction,
    input: Input<'_, u32>,
    estimate: Output<'_, u32>,
    output: Output<'_, u32>,
) {
    let fraction = |sum: u64| sum.wrapping_shr(settings.fraction_bits) as u32;
    for (channel, signal) in input.iter().enumerate() {
        let (new, old) = if channel % 2 == 0 {
            (settings.even_smoothing, settings.even_one_minus_smoothing)
        } else {
            (settings.odd_smoothing, settings.odd_one_minus_smoothing)
        };
        let scaled = signal.wrapping_shl(settings.smoothing_bits);
        let smoothed = (scaled as u64 * new as u64).wrapping_add(estimate.get(channel) as u64 * old as u64);
        let noise = fraction(smoothed);
        let subtracted = scaled.saturating_sub(noise).wrapping_shr(settings.smoothing_bits);
        let floor = fraction(signal as u64 * settings.min_signal_remaining as u64);
        estimate.set(channel, if settings.clamping { noise.min(scaled) } else { noise });
        output.set(channel, subtracted.max(floor));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALVES: NoiseReduction = NoiseReduction {
        even_smoothing: 2,
        even_one_minus_smoothing: 2,
        odd_smoothing: 1,
        odd_one_minus_smoothing: 3,
        min_signal_remaining: 1,
        smoothing_bits: 4,
        fraction_bits: 2,
        clamping: false,
    };

    #[test]
    fn a_steady_signal_sinks_to_its_floor() {
        let mut estimate = [0u32; 2];
        let mut cleaned = [0u32; 2];
        let mut seen = [[0u32; 2]; 4];
        for row in &mut seen {
            let input = Input::from(&[100u32, 100][..]);
            subtract_noise(&HALVES, input, Output::from(&mut estimate[..]), Output::from(&mut cleaned[..]));
            *row = cleaned;
        }
        assert_eq!(seen, [[50, 75], [25, 56], [25, 42], [25, 31]]);
    }

    #[test]
    fn clamping_holds_the_estimate_at_the_signal() {
        let silence = Input::from(&[0u32][..]);
        for (clamping, expected) in [(false, 800), (true, 0)] {
            let mut estimate = [1600u32];
            let mut cleaned = [9u32];
            let settings = NoiseReduction { clamping, ..HALVES };
            subtract_noise(&settings, silence, Output::from(&mut estimate[..]), Output::from(&mut cleaned[..]));
            assert_eq!((estimate, cleaned), ([expected], [0]));
        }
    }
}
