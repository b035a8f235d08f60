//! From the codes of a microphone, of at most 15 bits, to samples.
//!
//! An analogue microphone rests at some code that nobody knows beforehand and that drifts with supply and temperature.
//! The [`Leveller`] follows it, takes it away, and amplifies by [`GAIN`], or by less as long as the sound is so loud that
//! it would be clipped. A digital one rests in the middle of the range.

/// Samples per step of the code, when the sound is not too loud.
pub const GAIN: i32 = 10;

/// Bits of a code that lie behind the point in the resting level.
const FRACTION: u32 = 16;
/// The resting level follows with a time constant of 2^10 samples, 64 ms: a high pass at 2.5 Hz.
const SLOWNESS: u32 = 10;
/// Bits behind the point in the gain.
const GAIN_FRACTION: u32 = 8;
const FULL_GAIN: i32 = GAIN << GAIN_FRACTION;
/// The gain comes back by a 32nd of itself with each buffer.
const RECOVERY: i32 = 32;

/// Turns codes into samples, buffer by buffer.
#[derive(Clone, Debug)]
pub struct Leveller {
    /// The resting level; `None` before the first buffer.
    resting: Option<i32>,
    gain: i32,
}

impl Default for Leveller {
    fn default() -> Self {
        Leveller::new()
    }
}

impl Leveller {
    /// A leveller that has heard nothing.
    pub const fn new() -> Leveller {
        Leveller { resting: None, gain: FULL_GAIN }
    }

    /// Looks at all codes of a buffer before they go through [`Leveller::sample`], to choose the gain. The first buffer
    /// also says where the microphone rests.
    pub fn look_at(&mut self, codes: impl Iterator<Item = u16>) {
        let (mut lowest, mut highest, mut sum, mut count) = (u16::MAX, 0, 0u32, 0u32);
        for code in codes {
            lowest = lowest.min(code);
            highest = highest.max(code);
            sum = sum.wrapping_add(u32::from(code));
            count += 1;
        }
        if count == 0 {
            return;
        }
        let resting = *self.resting.get_or_insert(((u64::from(sum) << FRACTION) / u64::from(count)) as i32);
        let level = resting >> FRACTION;
        let excursion = (i32::from(highest) - level).max(level - i32::from(lowest));
        // The resting level moves a little while the buffer goes by: an eighth is kept in reserve.
        let limit = (i32::from(i16::MAX) << GAIN_FRACTION) / (excursion + excursion / 8).max(1);
        self.gain = (self.gain + self.gain / RECOVERY + 1).min(FULL_GAIN).min(limit);
    }

    /// The sample for the next code.
    #[inline]
    pub fn sample(&mut self, code: u16) -> i16 {
        let code = i32::from(code) << FRACTION;
        let resting = self.resting.get_or_insert(code);
        let difference = code.wrapping_sub(*resting);
        *resting = resting.wrapping_add(difference >> SLOWNESS);
        let sample = (i64::from(difference) * i64::from(self.gain)) >> (FRACTION + GAIN_FRACTION);
        sample.clamp(i64::from(i16::MIN), i64::from(i16::MAX)) as i16
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::*;

    const BUFFER: usize = 1024;

    fn level(leveller: &mut Leveller, codes: &[u16]) -> Vec<i16> {
        codes
            .chunks(BUFFER)
            .flat_map(|buffer| {
                leveller.look_at(buffer.iter().copied());
                buffer.iter().map(|&code| leveller.sample(code)).collect::<Vec<_>>()
            })
            .collect()
    }

    fn tone(resting: f64, drift: f64, amplitude: f64, samples: usize) -> Vec<u16> {
        (0..samples)
            .map(|index| {
                let seconds = index as f64 / 16_000.0;
                let sound = amplitude * (2.0 * std::f64::consts::PI * 440.0 * seconds).sin();
                (resting + drift * seconds + sound).round().clamp(0.0, 16_383.0) as u16
            })
            .collect()
    }

    fn mean(samples: &[i16]) -> f64 {
        samples.iter().map(|&sample| f64::from(sample)).sum::<f64>() / samples.len() as f64
    }

    #[test]
    fn any_resting_level_is_silence() {
        for resting in [0, 100, 5100, 6003, 6500, 16_383] {
            let samples = level(&mut Leveller::new(), &[resting; 4 * BUFFER]);
            assert!(samples.iter().all(|&sample| sample.abs() <= 1), "{resting}");
        }
    }

    #[test]
    fn a_step_of_the_code_is_ten_samples() {
        let samples = level(&mut Leveller::new(), &tone(5800.0, 0.0, 500.0, 16_000));
        let highest = samples.iter().max().copied().unwrap();
        assert!((4900..5100).contains(&highest), "{highest}");
    }

    #[test]
    fn drift_stays_small_beside_speech() {
        for drift in [-400.0, 150.0, 400.0] {
            let samples = level(&mut Leveller::new(), &tone(6000.0, drift, 300.0, 32_000));
            let offset = mean(&samples[16_000..]);
            assert!(offset.abs() < 300.0, "{drift}: {offset}");
        }
    }

    #[test]
    fn loud_sound_is_not_clipped_and_the_gain_comes_back() {
        let mut leveller = Leveller::new();
        let loud = level(&mut leveller, &tone(6000.0, 0.0, 5500.0, 16_384));
        assert!(loud.iter().all(|&sample| sample > i16::MIN && sample < i16::MAX));
        let highest = loud.iter().max().copied().unwrap();
        assert!(highest > 25_000, "{highest}");
        let soft = level(&mut leveller, &tone(6000.0, 0.0, 100.0, 48_000));
        let highest = soft[40_000..].iter().max().copied().unwrap();
        assert!((950..1050).contains(&highest), "{highest}");
    }

    #[test]
    fn codes_that_jump_across_the_range_only_saturate() {
        let codes: Vec<u16> = (0..8192).map(|index| if index / 700 % 2 == 0 { 0 } else { 16_383 }).collect();
        let samples = level(&mut Leveller::new(), &codes);
        assert_eq!(samples.len(), codes.len());
    }
}
