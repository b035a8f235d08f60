//! The logarithm: loudness is heard in ratios.

use super::tables::LOG2_CORRECTIONS;
use crate::arena::{Input, Output};

/// Natural logarithms of the channels, times `output_scale`.
///
/// Each element is first shifted left by `correction_bits` (of which the low five count; bits that fall out are
/// lost); 0 and 1 give 0. Results saturate at 32767. `output` is as long as `input`; panics when it is shorter. The
/// rule is that of TFLM's `SignalFilterBankLog`.
pub fn logarithms(input: Input<'_, u32>, output_scale: u32, correction_bits: u32, output: Output<'_, i16>) {
    for (channel, value) in input.iter().enumerate() {
        let value = value.wrapping_shl(correction_bits);
        let logarithm = if value > 1 { scaled_logarithm(value, output_scale) } else { 0 };
        output.set(channel, logarithm.min(i16::MAX as u32) as i16);
    }
}

/// `ln(value) * scale`, rounded, wrapping at 32 bits; `value` is at least 1.
fn scaled_logarithm(value: u32, scale: u32) -> u32 {
    const LN_2: u64 = 45_426;
    const HALF: u32 = 1 << 15;
    let natural = ((LN_2 * log2(value) as u64 + HALF as u64) >> 16) as u32;
    scale.wrapping_mul(natural).wrapping_add(HALF) >> 16
}

/// `log2(value)` with 16 fractional bits; `value` is at least 1.
///
/// Between powers of two the logarithm is nearly the straight line, plus a correction from a table of 128 segments.
/// The reference weighs the slope inside a segment by the position in units of the whole line, not of the segment,
/// and so do we.
fn log2(value: u32) -> u32 {
    let exponent = value.ilog2();
    let mantissa = value ^ (1 << exponent);
    let line = if exponent < 16 { mantissa << (16 - exponent) } else { mantissa >> (exponent - 16) };
    let (segment, inside) = ((line >> 9) as usize, (line & 0x1FF) as i32);
    let (low, high) = (LOG2_CORRECTIONS[segment] as i32, LOG2_CORRECTIONS[segment + 1] as i32);
    let correction = low + (((high - low) * inside) >> 16);
    (exponent << 16) + line + correction as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_are_exact() {
        for exponent in 0..32 {
            assert_eq!(log2(1 << exponent), exponent << 16);
        }
    }

    #[test]
    fn the_error_is_that_of_the_table() {
        for value in (1..2_000_000u32).step_by(37).chain([u32::MAX, u32::MAX - 1]) {
            let error = log2(value) as f64 / 65536.0 - libm::log2(value as f64);
            assert!(error.abs() < 0.004, "{value}: {error}");
        }
    }

    #[test]
    fn small_and_huge_values_saturate() {
        let mut row = [1i16; 4];
        logarithms(Input::from(&[0u32, 1, u32::MAX, 1 << 31][..]), u32::MAX / 23, 0, Output::from(&mut row[..]));
        assert_eq!(row[..2], [0, 0]);
        logarithms(Input::from(&[1u32, 2, 3, 1 << 31][..]), 64, 1, Output::from(&mut row[..]));
        assert_eq!(row, [44, 89, 115, 0]);
    }
}
