//! From energies to channels: [`accumulate`](crate::frontend::filterbank::accumulate) and
//! [`square_roots`](crate::frontend::filterbank::square_roots) in fewer steps.

use super::SPECTRUM;
use crate::frontend::CHANNELS;
use crate::frontend::tables::{END_BIN, FIRST_BIN, FIRST_POSITION, FIRST_STEP, STEP_CHANGES};

/// Bits of the weights.
const WEIGHT_BITS: u32 = 12;

/// Sums the energies of the frequencies into channels, takes the square roots of the sums and shifts them right by `shift`
/// bits, of which the low five count.
#[inline]
pub fn levels(energy: &[u32; SPECTRUM], shift: u32, levels: &mut [u32; CHANNELS]) {
    const ONE: u32 = 1 << WEIGHT_BITS;
    let (mut position, mut step) = (FIRST_POSITION, FIRST_STEP);
    let mut bins = energy[FIRST_BIN..END_BIN].iter().zip(&STEP_CHANGES);
    let mut falling_before = 0u64;
    for band in 0..=CHANNELS {
        let bands_above = (CHANNELS - band) as u32;
        let (mut rising, mut total) = (0u64, 0u64);
        while position >> WEIGHT_BITS == bands_above
            && let Some((&energy, &change)) = bins.next()
        {
            rising += energy as u64 * (position % ONE) as u64;
            total += energy as u64;
            position = position.wrapping_sub(step);
            step -= change as u32;
        }
        if band > 0 {
            levels[band - 1] = rounded_square_root(rising + falling_before).wrapping_shr(shift);
        }
        // Both weights of a bin are rounded down: where neither is whole, they add up to one less than 1.
        falling_before = total * (ONE - 1) as u64 - rising;
    }
}

/// The square root of `value` to the nearest; a value below 2^32 has a root of at most `0xFFFF`.
#[inline(never)]
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
    // Newton's method from a straight line that is right to an eighth. Of all values, three steps give the root or, of
    // those just below a square, one more.
    let mut root = (value >> 17) + (7 << 12);
    for _ in 0..3 {
        root = (root + value / root) >> 1;
    }
    if root * root > value {
        root -= 1;
    }
    (root, value - root * root)
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

    #[test]
    fn roots_are_exact_around_every_square() {
        for wanted in 1u32 << 15..1 << 16 {
            let square = wanted * wanted;
            assert_eq!(root(square), (wanted, 0));
            assert_eq!(root(square + 2 * wanted), (wanted, 2 * wanted), "just below the next square");
        }
    }
}
