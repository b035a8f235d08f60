//! Recomputes every number of the default front end from its formula, in float64.

use std::f64::consts::PI;

use micro_runtime::arena::Output;
use micro_runtime::frontend::fft::{self, Direction};
use micro_runtime::frontend::tables::{DEFAULT, LOG2_CORRECTIONS};
use micro_runtime::frontend::{BINS, CHANNELS, FFT_SIZE, SAMPLE_RATE, WINDOW_SAMPLES};

/// The parameters of micro_speech's preprocessor that the tables follow from.
const LOWEST_HZ: f64 = 125.0;
const HIGHEST_HZ: f64 = 7500.0;
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
fn the_window_is_hann() {
    assert_eq!(DEFAULT.window_shift, WINDOW_BITS);
    for (index, weight) in DEFAULT.window.iter().enumerate() {
        let phase = 2.0 * PI * (index as f64 + 0.5) / WINDOW_SAMPLES as f64;
        assert_eq!(*weight as f64, ((0.5 - 0.5 * phase.cos()) * one(WINDOW_BITS)).round_ties_even(), "{index}");
    }
}

#[test]
fn the_twiddles_are_roots_of_unity() {
    let mut table = [0i16; fft::twiddle_length(FFT_SIZE)];
    fft::fill_twiddles(FFT_SIZE, Direction::Forward, Output::from(&mut table[..]));
    let words: Vec<[i16; 2]> = DEFAULT.twiddles.iter().map(|word| [*word as i16, (word >> 16) as i16]).collect();
    assert_eq!(words.as_flattened(), table);

    let half = FFT_SIZE / 2;
    for (index, pair) in words.iter().enumerate() {
        // The second part of the table turns by half a step of the first, and starts at a quarter turn.
        let turns =
            if index < half { index as f64 / half as f64 } else { (index - half + 1) as f64 / FFT_SIZE as f64 + 0.25 };
        let phase = -2.0 * PI * turns;
        assert_eq!(pair[0] as f64, (phase.cos() * 32767.0 + 0.5).floor(), "cosine {index}");
        assert_eq!(pair[1] as f64, (phase.sin() * 32767.0 + 0.5).floor(), "sine {index}");
    }
}

fn mel(hertz: f64) -> f64 {
    1127.0 * (hertz / 700.0).ln_1p()
}

#[test]
fn the_filter_bank_is_triangles_on_the_mel_scale() {
    let hertz_per_bin = SAMPLE_RATE as f64 / 2.0 / (BINS - 1) as f64;
    let edge = |index: usize| {
        let (low, high) = (mel(LOWEST_HZ), mel(HIGHEST_HZ));
        low + (high - low) * index as f64 / (CHANNELS + 1) as f64
    };
    // Bin 0 is no frequency, so the lowest bin is one above the one that the lower limit falls on.
    let first_bin = (1.0 + LOWEST_HZ / hertz_per_bin).round() as usize;
    let (mut frequency_starts, mut weight_starts, mut widths) = (Vec::new(), Vec::new(), Vec::new());
    let (mut weights, mut unweights) = (Vec::new(), Vec::new());
    let mut bin = first_bin;
    for band in 0..=CHANNELS {
        let start = bin;
        let aligned = start / 2 * 2;
        let (mut rising, mut falling) = (vec![0i16; start - aligned], vec![0i16; start - aligned]);
        while mel(bin as f64 * hertz_per_bin) <= edge(band + 1) {
            let weight = (edge(band + 1) - mel(bin as f64 * hertz_per_bin)) / (edge(band + 1) - edge(band));
            rising.push((weight * one(WEIGHT_BITS)) as i16);
            falling.push(((1.0 - weight) * one(WEIGHT_BITS)) as i16);
            bin += 1;
        }
        assert_ne!(bin, start, "every band has a bin");
        let width = rising.len().next_multiple_of(4);
        rising.resize(width, 0);
        falling.resize(width, 0);
        frequency_starts.push(aligned as i16);
        weight_starts.push(weights.len() as i16);
        widths.push(width as i16);
        weights.extend(rising);
        unweights.extend(falling);
    }
    assert_eq!((DEFAULT.first_bin, DEFAULT.end_bin), (first_bin, bin));
    assert_eq!(DEFAULT.frequency_starts[..], frequency_starts);
    assert_eq!(DEFAULT.weight_starts[..], weight_starts);
    assert_eq!(DEFAULT.widths[..], widths);
    assert_eq!(DEFAULT.weights, weights);
    assert_eq!(DEFAULT.unweights, unweights);
}

#[test]
fn the_noise_fractions_have_fourteen_bits() {
    let noise = DEFAULT.noise;
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
    assert_eq!(DEFAULT.gain_table[..], table);
    // Gain and correction together leave the ratio of signal to noise with 12 fractional bits.
    assert_eq!(DEFAULT.gain_shift, GAIN_BITS - correction_bits() - 12);
}

#[test]
fn the_logarithm_is_corrected_towards_log2() {
    assert_eq!(DEFAULT.log_correction_bits, correction_bits());
    assert_eq!(DEFAULT.log_scale, 1 << 6);
    for (index, correction) in LOG2_CORRECTIONS.iter().enumerate() {
        let line = index as f64 / 128.0;
        assert_eq!(*correction as f64, (((1.0 + line).log2() - line) * 65536.0).round(), "{index}");
    }
}
