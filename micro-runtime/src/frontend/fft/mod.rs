//! The Fourier transform of real samples and its inverse, in 16-bit and 32-bit fixed point and in float32.
//!
//! A transform of `size` real samples is a complex transform of `size / 2` values, even samples as real and odd
//! samples as imaginary parts, and a pass that takes the two apart. Every rounding is part of the result, so the
//! order of the stages, the scaling before each and the table entries are those of KISS FFT as TFLM builds it.
//! Fixed-point transforms of either direction divide by `size`; in float32 only the inverse does.
//!
//! The roots of unity come from a table that the caller owns: the chip has no fast sines, so the host computes it
//! with [`fill_twiddles`]. The transforms need no scratch memory beside their output.

mod arithmetic;
mod stages;

pub use arithmetic::Sample;

use crate::arena::{Input, Output};
use arithmetic::Complex;

/// The largest size of a transform.
pub const MAX_SIZE: usize = 1 << 16;

/// Which way a transform goes. Each way has its own table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From samples to frequencies.
    Forward,
    /// From frequencies to samples.
    Inverse,
}

/// Whether `size` real samples can be transformed: an even number of `4..=MAX_SIZE` whose only prime factors are 2,
/// 3 and 5. (For others the reference needs memory that TFLM does not give it.)
pub const fn is_supported(size: usize) -> bool {
    if size < 4 || size > MAX_SIZE || !size.is_multiple_of(2) {
        return false;
    }
    let mut rest = size;
    while rest.is_multiple_of(2) {
        rest /= 2;
    }
    while rest.is_multiple_of(3) {
        rest /= 3;
    }
    while rest.is_multiple_of(5) {
        rest /= 5;
    }
    rest == 1
}

/// The number of elements in the table for a transform of `size` samples: (cosine, sine) pairs, `size / 2` for the
/// complex transform and `size / 4` (rounded down) for the pass before or after it.
pub const fn twiddle_length(size: usize) -> usize {
    2 * (size / 2 + size / 4)
}

/// Computes the table for transforms of `size` samples, which [`is_supported`]. `output` has
/// [`twiddle_length`]`(size)` elements; panics when it is shorter.
pub fn fill_twiddles<T: Sample>(size: usize, direction: Direction, output: Output<'_, T>) {
    use core::f64::consts::PI;
    let half = size / 2;
    let stages = (0..half).map(|index| -2.0 * PI * index as f64 / half as f64);
    let split = (0..half / 2).map(|index| -PI * ((index + 1) as f64 / half as f64 + 0.5));
    for (index, phase) in stages.chain(split).enumerate() {
        let phase = if direction == Direction::Inverse { -phase } else { phase };
        write(output, index, Complex { re: T::from_unit(libm::cos(phase)), im: T::from_unit(libm::sin(phase)) });
    }
}

/// Transforms real samples to `size / 2 + 1` frequencies, written as (re, im) pairs.
///
/// Samples that `input` lacks count as 0, those beyond `size` are not used. `size` [`is_supported`], `twiddles` is
/// the forward table of that size, `output` has at least `size + 2` elements (panics otherwise) and shares no memory
/// with the others. Fixed-point results are `1 / size` of the sums they stand for. The rule is that of TFLM's
/// `SignalRfft`.
pub fn rfft<T: Sample>(size: usize, input: Input<'_, T>, twiddles: Input<'_, T>, output: Output<'_, T>) {
    let half = size / 2;
    let sample = |index| if index < input.len() { input.get(index) } else { T::ZERO };
    for index in 0..half {
        let pair = Complex { re: sample(2 * index), im: sample(2 * index + 1) };
        write(output, stages::shuffled(index, half), pair);
    }
    stages::transform(half, Direction::Forward, twiddles, output);

    let first = read(output.as_input(), 0).before_stage(2);
    write(output, 0, Complex { re: first.re.plus(first.im), im: T::ZERO });
    write(output, half, Complex { re: first.re.minus(first.im), im: T::ZERO });
    for low in 1..=half / 2 {
        let high = half - low;
        let a = read(output.as_input(), low).before_stage(2);
        let b = read(output.as_input(), high).conjugate().before_stage(2);
        let sum = a.plus(b);
        let turned = a.minus(b).times(read(twiddles, half + low - 1));
        let at_low = Complex { re: sum.re.half_sum(turned.re), im: sum.im.half_sum(turned.im) };
        let at_high = Complex { re: sum.re.half_difference(turned.re), im: turned.im.half_difference(sum.im) };
        write(output, low, at_low);
        write(output, high, at_high);
    }
}

/// Transforms `size / 2 + 1` frequencies, given as (re, im) pairs, to `size` real samples.
///
/// The imaginary parts of the first and last frequency are not used. `size` [`is_supported`], `twiddles` is the
/// inverse table of that size, `input` has at least `size + 2` and `output` at least `size` elements (panics
/// otherwise); `output` shares no memory with the others. Fixed-point results are `1 / size` of the sums they stand
/// for, float32 results too. The rule is that of TFLM's `SignalIrfft`.
pub fn irfft<T: Sample>(size: usize, input: Input<'_, T>, twiddles: Input<'_, T>, output: Output<'_, T>) {
    let half = size / 2;
    let place = |index, value| write(output, stages::shuffled(index, half), value);
    let (first, last) = (read(input, 0).re, read(input, half).re);
    place(0, Complex { re: first.plus(last), im: first.minus(last) }.before_stage(2));
    for low in 1..=half / 2 {
        let high = half - low;
        let a = read(input, low).before_stage(2);
        let b = read(input, high).conjugate().before_stage(2);
        let sum = a.plus(b);
        let turned = a.minus(b).times(read(twiddles, half + low - 1));
        place(low, sum.plus(turned));
        place(high, sum.minus(turned).conjugate());
    }
    stages::transform(half, Direction::Inverse, twiddles, output);
    for index in 0..size {
        output.set(index, output.get(index).after_inverse(size));
    }
}

#[inline(always)]
fn read<T: Sample>(view: Input<'_, T>, index: usize) -> Complex<T> {
    Complex { re: view.get(2 * index), im: view.get(2 * index + 1) }
}

#[inline(always)]
fn write<T: Sample>(view: Output<'_, T>, index: usize, value: Complex<T>) {
    view.set(2 * index, value.re);
    view.set(2 * index + 1, value.im);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_small_prime_factors() {
        let supported = |size: &usize| is_supported(*size);
        assert!([4, 6, 8, 10, 12, 16, 30, 480, 512, 2048, 65536].iter().all(supported));
        assert!(![0, 1, 2, 3, 5, 14, 15, 22, 65535, 1 << 17, usize::MAX].iter().any(supported));
    }

    #[test]
    fn the_shuffle_is_a_permutation() {
        for size in (4..200).filter(|size| is_supported(*size)) {
            let mut seen = [false; 100];
            for index in 0..size / 2 {
                let position = stages::shuffled(index, size / 2);
                assert!(!core::mem::replace(&mut seen[position], true), "{size} {index}");
            }
            assert!(seen[..size / 2].iter().all(|seen| *seen));
        }
    }

    #[test]
    fn float_transforms_agree_with_the_definition() {
        for size in (4..200usize).filter(|size| is_supported(*size)) {
            let mut twiddles = [0.0f32; 400];
            let mut samples = [0.0f32; 200];
            let mut spectrum = [0.0f32; 202];
            (0..size).for_each(|index| samples[index] = ((index * index * 7 + 3) % 31) as f32 - 15.0);
            fill_twiddles(size, Direction::Forward, Output::from(&mut twiddles[..]));
            rfft(
                size,
                Input::from(&samples[..size]),
                Input::from(&twiddles[..]),
                Output::from(&mut spectrum[..size + 2]),
            );
            for bin in 0..=size / 2 {
                let (mut re, mut im) = (0.0f64, 0.0f64);
                for (index, sample) in samples[..size].iter().enumerate() {
                    let phase = -2.0 * core::f64::consts::PI * (bin * index % size) as f64 / size as f64;
                    re += *sample as f64 * libm::cos(phase);
                    im += *sample as f64 * libm::sin(phase);
                }
                let error = (re - spectrum[2 * bin] as f64).abs() + (im - spectrum[2 * bin + 1] as f64).abs();
                assert!(error < 1e-2, "size {size} bin {bin}: {error}");
            }
            let mut back = [0.0f32; 200];
            fill_twiddles(size, Direction::Inverse, Output::from(&mut twiddles[..]));
            irfft(size, Input::from(&spectrum[..]), Input::from(&twiddles[..]), Output::from(&mut back[..size]));
            for index in 0..size {
                assert!((back[index] - samples[index]).abs() < 1e-4, "size {size} sample {index}");
            }
        }
    }

    #[test]
    fn a_constant_has_one_frequency() {
        let mut twiddles = [0i16; twiddle_length(64)];
        let mut spectrum = [1i16; 66];
        fill_twiddles(64, Direction::Forward, Output::from(&mut twiddles[..]));
        rfft(64, Input::from(&[8000i16; 64][..]), Input::from(&twiddles[..]), Output::from(&mut spectrum[..]));
        assert!((spectrum[0] - 8000).abs() < 4, "{}", spectrum[0]);
        assert!(spectrum[1..].iter().all(|value| value.abs() <= 2), "{spectrum:?}");
    }
}
