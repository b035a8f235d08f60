//! Any rate to 16 kHz, with time kept where it was.
//!
//! `rubato`'s FFT resampler does the filtering: a linear-phase low pass just below half of the lower rate. This
//! module feeds it frame by frame, so that memory follows the clip and not the clip times eight, drops its delay,
//! and promises exactly `round(frames * 16000 / rate)` samples. Outside the clip there is silence.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};

use super::SAMPLE_RATE_HZ;

/// The least output length of one FFT block, in samples: 100 ms, which puts the filter's edge above 7.8 kHz.
const BLOCK_SAMPLES: u32 = SAMPLE_RATE_HZ / 10;

/// The number of samples at 16 kHz that last as long as `frames` at `rate`, rounded half up.
pub(super) fn resampled_len(frames: u64, rate: u32) -> u64 {
    let rate = u128::from(rate.max(1));
    ((u128::from(frames) * u128::from(SAMPLE_RATE_HZ) * 2 + rate) / (2 * rate)).try_into().unwrap_or(u64::MAX)
}

/// Rounds to 16 bits, halves away from zero, and says whether the value was out of range.
pub(super) fn to_sample(value: f64) -> (i16, bool) {
    let rounded = value.round();
    (rounded as i16, rounded > f64::from(i16::MAX) || rounded < f64::from(i16::MIN))
}

/// Takes frames at one rate, gives 16-bit samples at 16 kHz.
pub(super) struct Resampler {
    fft: Fft<f64>,
    input: Vec<f64>,
    filled: usize,
    output: Vec<f64>,
    delay_left: usize,
    wanted: usize,
    samples: Vec<i16>,
    saturated: u64,
}

impl Resampler {
    /// For a clip of `frames` frames at `rate` hertz, neither of them zero.
    pub(super) fn new(rate: u32, frames: u64) -> Result<Resampler, String> {
        let divisor = greatest_common_divisor(rate, SAMPLE_RATE_HZ);
        // An even number of the smallest blocks has a middle on both sides, so the delay is whole in both rates.
        let blocks = BLOCK_SAMPLES.div_ceil(SAMPLE_RATE_HZ / divisor).next_multiple_of(2);
        let block_frames = (rate / divisor * blocks) as usize;
        let fft = Fft::new_custom(
            rate as usize,
            SAMPLE_RATE_HZ as usize,
            block_frames,
            1,
            1,
            WindowFunction::BlackmanHarris2,
            FixedSync::Both,
        )
        .map_err(|error| error.to_string())?;
        Ok(Resampler {
            input: vec![0.0; fft.input_frames_next()],
            filled: 0,
            output: vec![0.0; fft.output_frames_next()],
            delay_left: fft.output_delay(),
            wanted: resampled_len(frames, rate) as usize,
            samples: Vec::new(),
            saturated: 0,
            fft,
        })
    }

    /// Takes the next frame, in units of a 16-bit sample.
    pub(super) fn push(&mut self, frame: f64) -> Result<(), String> {
        self.input[self.filled] = frame;
        self.filled += 1;
        if self.filled == self.input.len() { self.flush() } else { Ok(()) }
    }

    /// The whole clip, and how many of its samples had to be limited.
    pub(super) fn finish(mut self) -> Result<(Vec<i16>, u64), String> {
        while self.samples.len() < self.wanted {
            self.input[self.filled..].fill(0.0);
            self.flush()?;
        }
        self.samples.truncate(self.wanted);
        Ok((self.samples, self.saturated))
    }

    fn flush(&mut self) -> Result<(), String> {
        self.filled = 0;
        let (input_frames, output_frames) = (self.input.len(), self.output.len());
        let input = InterleavedSlice::new(&self.input, 1, input_frames).map_err(|error| error.to_string())?;
        let mut output =
            InterleavedSlice::new_mut(&mut self.output, 1, output_frames).map_err(|error| error.to_string())?;
        self.fft.process_into_buffer(&input, &mut output, None).map_err(|error| error.to_string())?;
        let dropped = self.delay_left.min(self.output.len());
        self.delay_left -= dropped;
        let room = self.wanted - self.samples.len().min(self.wanted);
        for value in self.output[dropped..].iter().take(room) {
            // FFTs differ in their last bits between processors. Rounding in two steps keeps exact halves, which
            // averages of two channels often are, on the same side everywhere.
            let (sample, out_of_range) = to_sample((value * 65_536.0).round() / 65_536.0);
            self.samples.push(sample);
            self.saturated += u64::from(out_of_range);
        }
        Ok(())
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_round_half_up() {
        assert_eq!(resampled_len(44_100, 44_100), 16_000);
        assert_eq!(resampled_len(1, 48_000), 0);
        assert_eq!(resampled_len(1, 32_000), 1);
        assert_eq!(resampled_len(3, 8_000), 6);
        assert_eq!(resampled_len(u64::MAX, 1), u64::MAX);
    }

    #[test]
    fn rounding_goes_away_from_zero_and_saturates() {
        for (value, sample, limited) in [
            (0.5, 1, false),
            (-0.5, -1, false),
            (32_767.4, 32_767, false),
            (32_767.5, 32_767, true),
            (-32_768.4, -32_768, false),
            (-40_000.0, -32_768, true),
        ] {
            assert_eq!(to_sample(value), (sample, limited), "{value}");
        }
    }

    #[test]
    fn an_impulse_stays_at_its_time() {
        for rate in [8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 15_999, 44_101] {
            let frames = rate;
            let at = rate / 2;
            let mut resampler = Resampler::new(rate, frames.into()).unwrap();
            for frame in 0..frames {
                // A bump 2 ms wide, symmetric about `at`, which downsampling cannot smear sideways.
                let distance = (f64::from(frame) - f64::from(at)) / f64::from(rate) / 0.001;
                resampler.push(20_000.0 * (-distance * distance).exp()).unwrap();
            }
            let (samples, saturated) = resampler.finish().unwrap();
            assert_eq!((samples.len(), saturated), (16_000, 0));
            let expected = f64::from(at) * 16_000.0 / f64::from(rate);
            for (index, &sample) in samples.iter().enumerate() {
                let distance = (index as f64 - expected) / 16.0;
                let ideal = 20_000.0 * (-distance * distance).exp();
                assert!((f64::from(sample) - ideal).abs() <= 1.0, "{rate} Hz: {index}: {sample}, not {ideal}");
            }
        }
    }
}
