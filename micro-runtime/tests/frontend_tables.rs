//! Recomputes every number of the default front end from its formula, in float64.

mod plain;

use std::f64::consts::PI;

use micro_runtime::frontend::tables::{
    END_BIN, FIRST_BIN, FIRST_POSITION, FIRST_STEP, GAIN_SHIFT, GAINS, LOG_CORRECTION_BITS, LOG_SCALE,
    LOG2_CORRECTIONS, NOISE, SINES, STEP_CHANGES, WINDOW_RISES, WINDOW_SHIFT,
};
use micro_runtime::frontend::{CHANNELS, FFT_SIZE, WINDOW_SAMPLES};
use plain::Tables;

/// The parameters of micro_speech's preprocessor that the tables follow from.
const WINDOW_BITS: u32 = 12;
const WEIGHT_BITS: u32 = 12;
const FRACTION_BITS: u32 = 14;
const EVEN_SMOOTHING: f64 = 0.025;
const ODD_SMOOTHING: f64 = 0.06;
const MIN_SIGNAL_REMAINING: f64 = 0.05;
const SMOOTHING_BITS: u32 = 10;
const GAIN_STRENGTH: f64 = 0.95;
const GAIN_OFFSET: f64 = 80.0;
const GAIN_BITS: u32 = 21;

fn one(bits: u32) -> f64 {
    (1u64 << bits) as f64
}

#[test]
fn the_window_rises_as_hann_and_falls_likewise() {
    assert_eq!(WINDOW_SHIFT, WINDOW_BITS);
    let window = Tables::new().window;
    let mut weight = 0;
    for (index, &rise) in WINDOW_RISES.iter().enumerate() {
        weight += i16::from(rise);
        assert_eq!([window[index], window[WINDOW_SAMPLES - 1 - index]], [weight; 2], "{index}");
    }
}

#[test]
fn the_sines_are_those_of_a_quarter_turn() {
    for (index, sine) in SINES.iter().enumerate() {
        let phase = 2.0 * PI * index as f64 / FFT_SIZE as f64;
        assert_eq!(*sine as f64, (phase.sin() * 32767.0 + 0.5).floor(), "{index}");
    }
}

#[test]
fn the_bins_step_through_the_bands_of_the_filter_bank() {
    let tables = Tables::new();
    let bands = tables.bands();
    assert_eq!((FIRST_BIN, END_BIN), (tables.first_bin, tables.end_bin));
    let (mut position, mut step) = (FIRST_POSITION, FIRST_STEP);
    for (bin, &change) in (FIRST_BIN..END_BIN).zip(&STEP_CHANGES) {
        let band = CHANNELS - (position >> WEIGHT_BITS) as usize;
        let [start, first, width] =
            [bands.frequency_starts, bands.weight_starts, bands.widths].map(|table| table.get(band) as usize);
        assert!((start..start + width).contains(&bin), "bin {bin} is not in band {band}");
        let place = first + bin - start;
        let weight = (position % (1 << WEIGHT_BITS)) as i16;
        assert_eq!(bands.weights.get(place), weight, "bin {bin}");
        // The last bin is the upper end itself; of the last band there is no falling side.
        if bin < END_BIN - 1 {
            assert_eq!(bands.unweights.get(place), (1 << WEIGHT_BITS) - 1 - weight, "bin {bin}");
        } else {
            assert_eq!((band, weight), (CHANNELS, 0));
        }
        position = position.wrapping_sub(step);
        step -= u32::from(change);
    }
}

#[test]
fn the_noise_fractions_have_fourteen_bits() {
    let noise = NOISE;
    let fraction = |value: f64| (value * one(FRACTION_BITS)) as u32;
    assert_eq!((noise.fraction_bits, noise.smoothing_bits, noise.clamping), (FRACTION_BITS, SMOOTHING_BITS, false));
    assert_eq!((noise.even_smoothing, noise.odd_smoothing), (fraction(EVEN_SMOOTHING), fraction(ODD_SMOOTHING)));
    assert_eq!(noise.even_one_minus_smoothing, (1 << FRACTION_BITS) - noise.even_smoothing);
    assert_eq!(noise.odd_one_minus_smoothing, (1 << FRACTION_BITS) - noise.odd_smoothing);
    assert_eq!(noise.min_signal_remaining, fraction(MIN_SIGNAL_REMAINING));
}

/// Bits by which a level falls short of a plain sum: the transform scales by its size, the square root halves the
/// bits of the weights.
fn correction_bits() -> u32 {
    FFT_SIZE.ilog2() - WEIGHT_BITS / 2
}

#[test]
fn the_gains_are_parabolas_through_a_power_law() {
    let input_bits = SMOOTHING_BITS - correction_bits();
    let gain = |noise: u64| {
        let level = noise as f64 / one(input_bits);
        (one(GAIN_BITS) * (level + GAIN_OFFSET).powf(-GAIN_STRENGTH) + 0.5).min(i16::MAX as f64) as i32
    };
    let mut table = vec![gain(0) as i16, gain(1) as i16];
    for bits in 2..=32 {
        let low = 1u64 << (bits - 1);
        let high = (2 * low).min(u32::MAX as u64);
        let (start, middle, end) = (gain(low), gain(low + low / 2), gain(high));
        let slope = 4 * (middle - start) - (end - start);
        table.extend([start, slope, end - start - slope, 0].map(|value| value as i16));
    }
    table.pop();
    assert_eq!(GAINS[..], table);
    // Gain and correction together leave the ratio of signal to noise with 12 fractional bits.
    assert_eq!(GAIN_SHIFT, GAIN_BITS - correction_bits() - 12);
}

#[test]
fn the_logarithm_is_corrected_towards_log2() {
    assert_eq!(LOG_CORRECTION_BITS, correction_bits());
    assert_eq!(LOG_SCALE, 1 << 6);
    for (index, correction) in LOG2_CORRECTIONS.iter().enumerate() {
        let line = index as f64 / 128.0;
        assert_eq!(*correction as f64, (((1.0 + line).log2() - line) * 65536.0).round(), "{index}");
    }
}
