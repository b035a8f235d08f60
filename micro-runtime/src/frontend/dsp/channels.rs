//! From energies to channels: [`accumulate`](crate::frontend::filterbank::accumulate) and
//! [`rounded_square_root`](crate::frontend::filterbank::rounded_square_root) in fewer steps.

use super::SPECTRUM;
use crate::frontend::{CHANNELS, Settings};

/// Sums the energies of the frequencies into channels.
///
/// The tables of the settings lie inside of one another, as those of [`DEFAULT`](crate::frontend::tables::DEFAULT) do;
/// weights count as unsigned. What lies outside counts nothing.
#[inline]
pub fn accumulate(settings: &Settings<'_>, energy: &[u32; SPECTRUM], channels: &mut [u64; CHANNELS]) {
    let mut falling_before = 0;
    for band in 0..=CHANNELS {
        let run = |table: &[i16; CHANNELS + 1]| table[band] as u16 as usize;
        let (bin, weight, width) = (run(settings.frequency_starts), run(settings.weight_starts), run(settings.widths));
        let (mut rising, mut falling) = (0u64, 0u64);
        if let (Some(energy), Some(weights), Some(unweights)) = (
            energy.get(bin..bin + width),
            settings.weights.get(weight..weight + width),
            settings.unweights.get(weight..weight + width),
        ) {
            for ((&energy, &weight), &unweight) in energy.iter().zip(weights).zip(unweights) {
                rising = rising.wrapping_add(energy as u64 * weight as u16 as u64);
                falling = falling.wrapping_add(energy as u64 * unweight as u16 as u64);
            }
        }
        if band > 0 {
            channels[band - 1] = rising.wrapping_add(falling_before);
        }
        falling_before = falling;
    }
}

/// The square root of `value` to the nearest; a value below 2^32 has a root of at most `0xFFFF`.
#[inline]
pub fn rounded_square_root(value: u64) -> u32 {
    if value == 0 {
        return 0;
    }
    let pairs = value.leading_zeros() / 2;
    // Every shift by two bits halves the root.
    let normal = value << (2 * pairs);
    let (high, remainder) = root((normal >> 32) as u32);
    // The next 16 bits of the root are the quotient of what is left by twice the root, at most one too great.
    let numerator = remainder << 15 | (normal as u32) >> 17;
    let quotient = (numerator / high).min(0xFFFF);
    let mut root = high << 16 | quotient;
    if (root as u64) * (root as u64) > normal {
        root -= 1;
    }
    let floor = root >> pairs;
    let rest = value - floor as u64 * floor as u64;
    let largest = if value >> 32 == 0 { 0xFFFF } else { u32::MAX };
    floor + (rest > floor as u64 && floor != largest) as u32
}

/// The square root of a value of at least 2^30, rounded down, and what is left.
#[inline]
fn root(value: u32) -> (u32, u32) {
    // One bit after the other, the highest of 16 first; it is always set.
    let mut root = 1 << 15;
    let mut rest = value - (1 << 30);
    for place in (0..15).rev() {
        // (root + bit)^2 - root^2
        let step = (2 * root + (1 << place)) << place;
        if rest >= step {
            rest -= step;
            root += 1 << place;
        }
    }
    (root, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontend::filterbank;

    #[test]
    fn roots_are_those_of_the_plain_stage() {
        let mut values = [0u64; 4000];
        let mut state = 1u64;
        for (index, value) in values.iter_mut().enumerate() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *value = state >> (index % 64);
        }
        let near_squares = (0..32).map(|bit| ((1u64 << bit) + (1 << (bit / 2))).pow(2));
        let edges =
            near_squares.chain((0..64).map(|bit| 1 << bit)).chain([u32::MAX as u64, u64::MAX, 0xFFFF_FFFE_0000_0001]);
        for value in values.into_iter().chain(edges) {
            for value in [value.wrapping_sub(1), value, value.wrapping_add(1)] {
                assert_eq!(rounded_square_root(value), filterbank::rounded_square_root(value), "{value}");
            }
        }
        for value in 0..100_000 {
            assert_eq!(rounded_square_root(value), filterbank::rounded_square_root(value), "{value}");
        }
    }
}
