//! No stage panics, whatever the samples, tables and parameters are. Tests run with overflow checks.

mod plain;

use micro_runtime::arena::{Input, Output};
use micro_runtime::frontend::fft::{self, Direction, Sample};
use micro_runtime::frontend::filterbank::{self, Bands};
use micro_runtime::frontend::noise::NoiseReduction;
use micro_runtime::frontend::tables::{GAIN_SHIFT, GAINS, LOG_CORRECTION_BITS, LOG_SCALE, NOISE, WINDOW_SHIFT};
use micro_runtime::frontend::{self, BINS, CHANNELS, FFT_SIZE, FrontEnd, STRIDE_SAMPLES, WINDOW_SAMPLES};
use plain::Tables;

/// A small generator of numbers that look random (xorshift), with a taste for extremes.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        match self.0 >> 61 {
            0 => 0,
            1 => u64::MAX,
            2 => 0x8000_8000_8000_8000 >> (self.0 & 48),
            3 => self.0 & 0x3F,
            _ => self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15),
        }
    }

    fn list<T>(&mut self, length: usize, from: impl Fn(u64) -> T) -> Vec<T> {
        (0..length).map(|_| from(self.next())).collect()
    }

    fn words(&mut self, length: usize) -> Vec<i16> {
        self.list(length, |number| number as i16)
    }

    fn noise_reduction(&mut self) -> NoiseReduction {
        NoiseReduction {
            even_smoothing: self.next() as u32,
            even_one_minus_smoothing: self.next() as u32,
            odd_smoothing: self.next() as u32,
            odd_one_minus_smoothing: self.next() as u32,
            min_signal_remaining: self.next() as u32,
            smoothing_bits: self.next() as u32,
            fraction_bits: self.next() as u32,
            clamping: self.next() & 1 == 1,
        }
    }
}

fn view<T: Copy>(slice: &[T]) -> Input<'_, T> {
    Input::from(slice)
}

#[test]
fn integer_stages_take_anything() {
    let mut numbers = Numbers(0x1234_5678_9ABC_DEF1);
    for _ in 0..500 {
        let length = (numbers.next() % 60) as usize;
        let (samples, weights) = (numbers.words(length), numbers.words(numbers.0 as usize % 20));
        let mut words = vec![0i16; length];
        frontend::window::apply_window(
            view(&samples),
            view(&weights),
            numbers.next() as u32,
            Output::from(&mut words[..]),
        );
        let shift = frontend::auto_scale::auto_scale(view(&samples), Output::from(&mut words[..]));
        assert!((0..=14).contains(&shift));

        let mut energy = numbers.list(length, |number| number as u32);
        let (first, end) = (numbers.next() as usize, numbers.next() as usize);
        frontend::energy::energies(view(&samples), first % 40, end, Output::from(&mut energy[..]));

        let tables: [Vec<i16>; 3] = std::array::from_fn(|_| numbers.words(length / 2));
        let bands = Bands {
            weights: view(&samples),
            unweights: view(&weights),
            frequency_starts: view(&tables[0]),
            weight_starts: view(&tables[1]),
            widths: view(&tables[2]),
        };
        let mut sums = numbers.list(length, |number| number);
        let mut levels = vec![0u32; length];
        filterbank::square_roots(view(&sums), numbers.next() as u32, Output::from(&mut levels[..]));
        filterbank::accumulate(&bands, view(&energy), Output::from(&mut sums[..]));

        let mut estimate = numbers.list(length, |number| number as u32);
        let mut levels = numbers.list(length, |number| number as u32);
        let shared = Output::from(&mut levels[..]);
        let state = Output::from(&mut estimate[..]);
        frontend::noise::subtract_noise(&numbers.noise_reduction(), shared.as_input(), state, shared);
        let gains = numbers.words(numbers.0 as usize % 130);
        frontend::pcan::apply_gain(view(&gains), numbers.next() as u32, shared.as_input(), state.as_input(), shared);
        let (scale, bits) = (numbers.next() as u32, numbers.next() as u32);
        frontend::log::logarithms(state.as_input(), scale, bits, Output::from(&mut words[..]));
        let mut row = vec![0i8; length];
        frontend::scale::features_to_int8(view(&words), Output::from(&mut row[..]));
    }
}

fn transforms_take_anything<T: Sample>(numbers: &mut Numbers, from: impl Fn(u64) -> T) {
    let sizes = (0..=360).chain([480, 512, 2048, 4096]);
    for size in sizes.filter(|size| fft::is_supported(*size)) {
        let mut wild = numbers.list(fft::twiddle_length(size), &from);
        let shorter = (numbers.next() as usize % 4).min(size);
        let samples = numbers.list(size - shorter, &from);
        let spectrum = numbers.list(size + 2, &from);
        let mut output = vec![T::ZERO; size + 2];
        let output = Output::from(&mut output[..]);
        fft::rfft(size, view(&samples), view(&wild), output);
        fft::irfft(size, view(&spectrum), view(&wild), output);
        fft::fill_twiddles(size, Direction::Forward, Output::from(&mut wild[..]));
        fft::rfft(size, view(&samples), view(&wild), output);
        fft::fill_twiddles(size, Direction::Inverse, Output::from(&mut wild[..]));
        fft::irfft(size, view(&spectrum), view(&wild), output);
    }
}

#[test]
fn transforms_of_every_type_take_anything() {
    let mut numbers = Numbers(0xFEED_F00D_0BAD_CAFE);
    transforms_take_anything(&mut numbers, |number| number as i16);
    transforms_take_anything(&mut numbers, |number| number as i32);
    transforms_take_anything(&mut numbers, |number| f32::from_bits(number as u32));
}

#[test]
fn the_front_end_takes_anything() {
    let mut numbers = Numbers(0xA5A5_5A5A_1357_2468);
    for _ in 0..40 {
        let samples = numbers.words(480 + 320 * 9);
        let mut front_end = FrontEnd::new();
        let (mut rest, mut rows) = (&samples[..], 0);
        while front_end.push(&mut rest).is_some() {
            rows += 1;
        }
        assert_eq!(rows, 10);
    }
}

/// The features of windows by the plain stages, one after the other.
struct Stages {
    tables: Tables,
    noise: [u32; CHANNELS],
}

impl Stages {
    fn row(&mut self, samples: &[i16]) -> [i8; CHANNELS] {
        let mut frame = [0i16; WINDOW_SAMPLES];
        let frame = Output::from(&mut frame[..]);
        frontend::window::apply_window(view(samples), view(&self.tables.window), WINDOW_SHIFT, frame);
        let shift = frontend::auto_scale::auto_scale(frame.as_input(), frame);
        let mut spectrum = [0i16; 2 * BINS];
        fft::rfft(FFT_SIZE, frame.as_input(), view(&self.tables.twiddles), Output::from(&mut spectrum[..]));
        let mut energy = [0u32; BINS];
        let (first, end) = (self.tables.first_bin, self.tables.end_bin);
        frontend::energy::energies(view(&spectrum), first, end, Output::from(&mut energy[..]));
        let mut sums = [0u64; CHANNELS];
        filterbank::accumulate(&self.tables.bands(), view(&energy), Output::from(&mut sums[..]));
        let mut levels = [0u32; CHANNELS];
        let levels = Output::from(&mut levels[..]);
        filterbank::square_roots(view(&sums), shift as u32, levels);
        let noise = Output::from(&mut self.noise[..]);
        frontend::noise::subtract_noise(&NOISE, levels.as_input(), noise, levels);
        let gains = view(&GAINS[..]);
        frontend::pcan::apply_gain(gains, GAIN_SHIFT, levels.as_input(), noise.as_input(), levels);
        let mut features = [0i16; CHANNELS];
        let features = Output::from(&mut features[..]);
        let (scale, bits) = (LOG_SCALE, LOG_CORRECTION_BITS);
        frontend::log::logarithms(levels.as_input(), scale, bits, features);
        let mut row = [0i8; CHANNELS];
        frontend::scale::features_to_int8(features.as_input(), Output::from(&mut row[..]));
        row
    }
}

#[test]
fn a_stream_gives_what_the_plain_stages_give() {
    let mut numbers = Numbers(0x0DDB_A11C_0FFE_E000);
    let mut stages = Stages { tables: Tables::new(), noise: [0; CHANNELS] };
    let mut front_end = FrontEnd::new();
    // Loud and quiet noise, extremes, tones, impulses, silence, and now and then the sample without a magnitude.
    let mut samples = Vec::new();
    for part in 0..400 {
        let (kind, loudness) = (numbers.next() % 7, numbers.next() % 16);
        let step = numbers.next() % 20_000;
        samples.extend((0..WINDOW_SAMPLES as u64).map(|index| match kind {
            0 | 1 => (numbers.next() as i16) >> loudness,
            2 => [i16::MAX, i16::MIN][(index * step / 4096 % 2) as usize],
            3 => ((index * step) as f64 * 0.0003).sin().mul_add(32767.0, 0.0) as i16 >> loudness,
            4 if index != step % 480 => 0,
            5 if index == step % 480 => i16::MIN,
            6 => 0,
            _ => (part as i16 * 77).wrapping_mul(index as i16),
        }));
    }
    let mut rest = &samples[..];
    let mut rows = 0;
    while let Some(row) = front_end.push(&mut rest) {
        let start = rows * STRIDE_SAMPLES;
        assert_eq!(row, stages.row(&samples[start..start + WINDOW_SAMPLES]), "row {rows}");
        rows += 1;
    }
    assert_eq!(rows, (samples.len() - WINDOW_SAMPLES) / STRIDE_SAMPLES + 1);
}
