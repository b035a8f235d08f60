//! Automatic gain: loud and quiet speech come out alike (per-channel amplitude normalisation, PCAN).

use super::element_or_zero;
use crate::arena::{Input, Output};

/// Fractional bits of the ratio of signal to noise.
const RATIO_BITS: u32 = 12;
/// Fractional bits of the result.
const OUTPUT_BITS: u32 = 6;

/// The number of elements of a gain table: gains at 0 and 1, then a parabola for each power of two up to 2^31.
pub const GAIN_TABLE_LENGTH: usize = 125;

/// Multiplies each channel by the gain that `gain_table` gives for its noise, shifts right by `shift` bits (of
/// which the low six count) and compresses what is small.
///
/// One element a channel, in `output` too, which may be the memory of either input. Arithmetic wraps at 32 bits
/// (the product of signal and gain at 64). Panics when `noise` or `output` is shorter than `input`. The rule is that
/// of TFLM's `SignalPCAN`.
pub fn apply_gain(
    gain_table: Input<'_, i16>,
    shift: u32,
    input: Input<'_, u32>,
    noise: Input<'_, u32>,
    output: Output<'_, u32>,
) {
    for (channel, signal) in input.iter().enumerate() {
        let gain = gain_for(noise.get(channel), gain_table) as u32;
        let ratio = (signal as u64 * gain as u64).wrapping_shr(shift) as u32;
        output.set(channel, shrink(ratio));
    }
}

/// The gain for a level of noise, read from a table of [`GAIN_TABLE_LENGTH`] elements; what is not there counts as 0.
///
/// Above 2 the noise lies between two powers of two. The table holds, four elements apart, the value at the lower
/// one and the two coefficients of a parabola over the ten bits below the leading one.
pub fn gain_for(noise: u32, gain_table: Input<'_, i16>) -> i16 {
    if noise <= 2 {
        return element_or_zero(gain_table, noise as usize);
    }
    let bits = 32 - noise.leading_zeros();
    let aligned = if bits < 11 { noise << (11 - bits) } else { noise >> (bits - 11) };
    let position = (aligned & 0x3FF) as i32;
    let coefficient = |order| element_or_zero(gain_table, 4 * bits as usize - 6 + order) as i32;
    let slope = ((coefficient(2) * position) >> 5).wrapping_add(coefficient(1) << 5);
    let rise = slope.wrapping_mul(position).wrapping_add(1 << 14) >> 15;
    rise.wrapping_add(coefficient(0)) as i16
}

/// `x² / 4` below 2 and `x - 1` from there on, from [`RATIO_BITS`] to [`OUTPUT_BITS`] fractional bits.
fn shrink(ratio: u32) -> u32 {
    if ratio < 2 << RATIO_BITS {
        (ratio * ratio) >> (2 + 2 * RATIO_BITS - OUTPUT_BITS)
    } else {
        (ratio >> (RATIO_BITS - OUTPUT_BITS)) - (1 << OUTPUT_BITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shrinking_is_continuous_at_two() {
        assert_eq!(shrink((2 << RATIO_BITS) - 1), (1 << OUTPUT_BITS) - 1);
        assert_eq!(shrink(2 << RATIO_BITS), 1 << OUTPUT_BITS);
        assert_eq!(shrink(u32::MAX), (1 << 26) - 1 - 64);
    }

    #[test]
    fn extreme_tables_do_not_overflow() {
        for extreme in [i16::MIN, i16::MAX] {
            let table = [extreme; GAIN_TABLE_LENGTH];
            for bit in 0..32 {
                gain_for(u32::MAX >> bit, Input::from(&table[..]));
                gain_for(1 << bit, Input::from(&table[..]));
                assert_eq!(gain_for(1 << bit, Input::empty()), 0);
            }
        }
    }
}
