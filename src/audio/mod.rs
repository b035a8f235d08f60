//! Sound on the host: recordings in, pictures out.
//!
//! Firmware hears one kind of sound: 16 kHz, one channel, 16 bits. Recordings come in many kinds. This module
//! turns the ones it understands into what the firmware would have heard, says what it had to change or found
//! suspicious on the way, and refuses the rest with advice.
//!
//! | module | idea |
//! |---|---|
//! | [`wav`] | WAV bytes to a [`Clip`](wav::Clip), or a [`WavError`](wav::WavError) |
//! | [`notes`] | what a reader should know about a clip: conversions, clipping, offset, silence |
//! | [`spectrogram`] | feature rows and detections as a PNG picture |
//! | [`tradeoff`] | misses against false alarms as a PNG picture |

mod canvas;
mod font;
pub mod notes;
mod resample;
mod riff;
pub mod spectrogram;
pub mod tradeoff;
pub mod wav;

/// Samples per second that the audio front end takes.
pub const SAMPLE_RATE_HZ: u32 = 16_000;

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_separated_by_commas() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (44_100, "44,100"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
