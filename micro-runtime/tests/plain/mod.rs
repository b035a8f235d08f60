//! The tables of the plain stages, each number from its formula in float64.

use std::f64::consts::PI;

use micro_runtime::arena::{Input, Output};
use micro_runtime::frontend::fft::{self, Direction};
use micro_runtime::frontend::filterbank::Bands;
use micro_runtime::frontend::{BINS, CHANNELS, FFT_SIZE, SAMPLE_RATE, WINDOW_SAMPLES};

/// The parameters of micro_speech's preprocessor that the tables follow from.
const LOWEST_HZ: f64 = 125.0;
const HIGHEST_HZ: f64 = 7500.0;
const WINDOW_BITS: u32 = 12;
const WEIGHT_BITS: u32 = 12;

/// What the stages of the front end take, as the Signal operators of the preprocessor have it.
pub struct Tables {
    /// The window.
    pub window: Vec<i16>,
    /// Roots of unity of the transform.
    pub twiddles: Vec<i16>,
    /// The first frequency whose energy counts.
    pub first_bin: usize,
    /// One past the last frequency whose energy counts.
    pub end_bin: usize,
    weights: Vec<i16>,
    unweights: Vec<i16>,
    frequency_starts: Vec<i16>,
    weight_starts: Vec<i16>,
    widths: Vec<i16>,
}

impl Tables {
    /// Those of the front end.
    pub fn new() -> Tables {
        let mut tables = filter_bank();
        tables.window = (0..WINDOW_SAMPLES).map(window).collect();
        tables.twiddles = vec![0; fft::twiddle_length(FFT_SIZE)];
        fft::fill_twiddles(FFT_SIZE, Direction::Forward, Output::from(&mut tables.twiddles[..]));
        tables
    }

    /// The filter bank.
    pub fn bands(&self) -> Bands<'_> {
        Bands {
            weights: Input::from(&self.weights[..]),
            unweights: Input::from(&self.unweights[..]),
            frequency_starts: Input::from(&self.frequency_starts[..]),
            weight_starts: Input::from(&self.weight_starts[..]),
            widths: Input::from(&self.widths[..]),
        }
    }
}

/// Hann's window.
fn window(index: usize) -> i16 {
    let phase = 2.0 * PI * (index as f64 + 0.5) / WINDOW_SAMPLES as f64;
    ((0.5 - 0.5 * phase.cos()) * f64::from(1 << WINDOW_BITS)).round_ties_even() as i16
}

fn mel(hertz: f64) -> f64 {
    1127.0 * (hertz / 700.0).ln_1p()
}

/// Triangles on the mel scale.
fn filter_bank() -> Tables {
    let one = f64::from(1 << WEIGHT_BITS);
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
            rising.push((weight * one) as i16);
            falling.push(((1.0 - weight) * one) as i16);
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
    let (window, twiddles) = (Vec::new(), Vec::new());
    Tables { window, twiddles, first_bin, end_bin: bin, weights, unweights, frequency_starts, weight_starts, widths }
}
