//! From a window of samples to the energies of its frequencies: [`apply_window`](crate::frontend::window::apply_window),
//! [`auto_scale`](crate::frontend::auto_scale::auto_scale), [`rfft`](crate::frontend::fft::rfft) and
//! [`energies`](crate::frontend::energy::energies) in one.

use crate::arena::Input;
use crate::frontend::auto_scale::loudest;
use crate::frontend::tables::{SINES, WINDOW_RISES, WINDOW_SHIFT};
use crate::frontend::{BINS, FFT_SIZE, WINDOW_SAMPLES};
use crate::instructions::{Instructions, high, lanes, low};

/// Words of a window of samples.
pub const FRAME: usize = WINDOW_SAMPLES / 2;

/// Words of a spectrum, one for each frequency.
pub const SPECTRUM: usize = BINS;

/// Complex values of the transform inside the real one.
const COUNT: usize = FFT_SIZE / 2;

/// Half of the last place of a fraction of 15 bits.
const HALF: i32 = 1 << 14;

/// Fades the samples of a window in and out, as [`apply_window`](crate::frontend::window::apply_window) does, and
/// returns by how many bits [`auto_scale`](crate::frontend::auto_scale::auto_scale) would shift the result left. Both
/// hold pairs of samples.
#[inline]
pub fn windowed<I: Instructions>(samples: &[i16; WINDOW_SAMPLES], frame: &mut [u32; FRAME]) -> u32 {
    let (mut greatest, mut least) = (0, 0);
    let (samples, _) = samples.as_chunks::<2>();
    let (rises, _) = WINDOW_RISES.as_chunks::<2>();
    let mut weight = 0;
    let mut fade = |pair: usize, weights: [i32; 2]| {
        // No weight is above 1, so nothing saturates.
        let faded = |lane: usize| (samples[pair][lane] as i32 * weights[lane]) >> WINDOW_SHIFT;
        let faded = lanes(faded(0), faded(1));
        greatest = I::greater_lanes(greatest, faded);
        least = I::lesser_lanes(least, faded);
        frame[pair] = faded;
    };
    for (pair, rises) in rises.iter().enumerate() {
        let first = weight + rises[0] as i32;
        weight = first + rises[1] as i32;
        fade(pair, [first, weight]);
        fade(FRAME - 1 - pair, [weight, first]);
    }
    let least = low(least).min(high(least));
    let peak = if least > i16::MIN as i32 {
        low(greatest).max(high(greatest)).max(-least) as i16
    } else {
        // The order of the samples matters where there is one without a magnitude.
        loudest(Input::from(bytemuck::cast_slice::<u32, i16>(frame)))
    };
    if peak > 0 { peak.leading_zeros() - 1 } else { 0 }
}

/// Transforms the pairs of samples in `frame`, shifted left by `shift` bits, with zeros behind them, and writes the
/// energy of each frequency.
#[inline]
pub fn energies<I: Instructions>(frame: &[u32; FRAME], shift: u32, energy: &mut [u32; SPECTRUM]) {
    let (values, _) = energy.split_first_chunk_mut::<COUNT>().unwrap_or_else(|| unreachable!("a spectrum is longer"));
    first_stage::<I>(frame, shift, values);
    let (mut part, mut step) = (4, FFT_SIZE / 16);
    while part < COUNT {
        stage::<I>(values, part, step);
        (part, step) = (4 * part, step / 4);
    }
    separate::<I>(energy);
}

/// The root of unity that is `steps` of [`FFT_SIZE`] behind 1, fewer than a whole turn.
#[inline(never)]
fn root_of_unity(steps: usize) -> u32 {
    const QUARTER: usize = FFT_SIZE / 4;
    let rest = steps % QUARTER;
    let (mut re, mut im) = (SINES[QUARTER - rest] as i32, -(SINES[rest] as i32));
    for _ in 0..steps / QUARTER {
        (re, im) = (im, -re);
    }
    lanes(re, im)
}

/// What a stage of four does to its inputs: a rounded quarter, nearly.
#[inline(always)]
fn quarter<I: Instructions>(value: u32) -> u32 {
    const FACTOR: u32 = (i16::MAX / 4) as u32;
    I::pack_fractions(I::multiply_add_low(HALF, value, FACTOR), I::multiply_add_high_by_low(HALF, value, FACTOR))
}

/// What the last pass does to its inputs: a rounded half, nearly.
#[inline(always)]
fn half<I: Instructions>(value: u32) -> u32 {
    const FACTOR: u32 = (i16::MAX / 2) as u32;
    I::pack_fractions(I::multiply_add_low(HALF, value, FACTOR), I::multiply_add_high_by_low(HALF, value, FACTOR))
}

#[inline(always)]
fn product<I: Instructions>(value: u32, twiddle: u32) -> u32 {
    I::pack_fractions(I::real_product(HALF, value, twiddle), I::imaginary_product(HALF, value, twiddle))
}

/// The sums and differences of a butterfly of four.
#[inline(always)]
fn butterfly<I: Instructions>(a: u32, b: u32, c: u32, d: u32) -> [u32; 4] {
    let (even_sum, even_difference) = (I::add_lanes(a, c), I::subtract_lanes(a, c));
    let (odd_sum, odd_difference) = (I::add_lanes(b, d), I::subtract_lanes(b, d));
    [
        I::add_lanes(even_sum, odd_sum),
        I::add_turned_back(even_difference, odd_difference),
        I::subtract_lanes(even_sum, odd_sum),
        I::subtract_turned_back(even_difference, odd_difference),
    ]
}

/// The stage that joins single values. Its only twiddle is the first, by which a quarter multiplied stays what it is.
#[inline(always)]
fn first_stage<I: Instructions>(frame: &[u32; FRAME], shift: u32, values: &mut [u32; COUNT]) {
    const PART: usize = COUNT / 4;
    let scaled = |pair: u32| quarter::<I>(lanes(low(pair) << shift, high(pair) << shift));
    let (parts, _) = values.as_chunks_mut::<4>();
    for (index, part) in parts.iter_mut().enumerate() {
        // The index with its digits to the base of 4 turned around.
        let start = (index & 3) << 4 | index & 12 | index >> 4 & 3;
        let (a, b, c) = (scaled(frame[start]), scaled(frame[start + PART]), scaled(frame[start + 2 * PART]));
        let d = if start + 3 * PART < FRAME { scaled(frame[start + 3 * PART]) } else { 0 };
        *part = butterfly::<I>(a, b, c, d);
    }
}

/// The stage that joins transforms of `part` values to transforms of four times as many, whose roots of unity are `step`
/// of [`FFT_SIZE`] apart.
#[inline(always)]
fn stage<I: Instructions>(values: &mut [u32; COUNT], part: usize, step: usize) {
    for index in 0..part {
        let turn = index * step;
        let (once, twice, thrice) = (root_of_unity(turn), root_of_unity(2 * turn), root_of_unity(3 * turn));
        let turned = |value, twiddle| product::<I>(quarter::<I>(value), twiddle);
        let mut a = index;
        while a < COUNT {
            // No place is past the end; the remainder tells the compiler so.
            let (b, c, d) = ((a + part) % COUNT, (a + 2 * part) % COUNT, (a + 3 * part) % COUNT);
            let (second, third, fourth) =
                (turned(values[b], once), turned(values[c], twice), turned(values[d], thrice));
            [values[a], values[b], values[c], values[d]] =
                butterfly::<I>(quarter::<I>(values[a]), second, third, fourth);
            a += 4 * part;
        }
    }
}

/// Takes the transforms of the even and the odd samples apart, and replaces the values by energies.
#[inline(always)]
fn separate<I: Instructions>(values: &mut [u32; SPECTRUM]) {
    let first = half::<I>(values[0]);
    let (sum, difference) = (low(first) + high(first), low(first) - high(first));
    let square = |value: i32| (value as i16 as i32 * value as i16 as i32) as u32;
    values[0] = square(sum);
    values[COUNT] = square(difference);
    for lower in 1..=COUNT / 2 {
        let upper = COUNT - lower;
        let twiddle = root_of_unity(FFT_SIZE / 4 + lower);
        let a = half::<I>(values[lower]);
        let b = values[upper];
        let b = half::<I>(b & 0xFFFF | I::subtract_lanes(0, b) & 0xFFFF_0000);
        let sum = I::add_lanes(a, b);
        let turned = product::<I>(I::subtract_lanes(a, b), twiddle);
        let at_lower = I::half_sums(sum, turned);
        let (real, imaginary) = (I::half_differences(sum, turned), I::half_differences(turned, sum));
        values[lower] = I::sum_of_products(at_lower, at_lower) as u32;
        values[upper] = I::multiply_add_low(I::multiply_high(imaginary, imaginary), real, real) as u32;
    }
}
