//! The filter bank: hundreds of frequency bins become a few channels, spaced the way people hear pitch.
//!
//! The channels are triangles that overlap: while one falls the next rises. So every bin belongs to two of them, and
//! a *band* is the run of bins between two neighbouring peaks: it is the rising side of one channel and the falling
//! side of the one before. `channels + 1` bands make `channels` channels.

use super::element_or_zero;
use crate::arena::{Input, Output};

/// The constants of a filter bank, `channels + 1` elements each where nothing else is said.
#[derive(Clone, Copy)]
pub struct Bands<'a> {
    /// Weights on the rising sides, of all bands.
    pub weights: Input<'a, i16>,
    /// Weights on the falling sides, of all bands.
    pub unweights: Input<'a, i16>,
    /// The first bin of each band.
    pub frequency_starts: Input<'a, i16>,
    /// Where the band begins in `weights` and `unweights`.
    pub weight_starts: Input<'a, i16>,
    /// The number of bins of each band.
    pub widths: Input<'a, i16>,
}

impl Bands<'_> {
    /// The weighted sums over band `band`: of its rising and of its falling side.
    fn sums(&self, band: usize, energy: Input<'_, u32>) -> (u64, u64) {
        let bin = element_or_zero(self.frequency_starts, band) as isize;
        let weight = element_or_zero(self.weight_starts, band) as isize;
        let (mut rising, mut falling) = (0u64, 0u64);
        for step in 0..element_or_zero(self.widths, band) as isize {
            let (bin, weight) = ((bin + step) as usize, (weight + step) as usize);
            let energy = element_or_zero(energy, bin) as u64;
            let side = |weights| energy.wrapping_mul(element_or_zero::<i16>(weights, weight) as u64);
            rising = rising.wrapping_add(side(self.weights));
            falling = falling.wrapping_add(side(self.unweights));
        }
        (rising, falling)
    }
}

/// Sums the energies of the bins into `output.len()` channels.
///
/// Sums and products wrap at 64 bits; a negative weight is its two's complement. Whatever the tables name outside
/// of themselves or of `energy` counts as 0. `output` and `energy` must not share memory. The rule is that of
/// TFLM's `SignalFilterBank`.
pub fn accumulate(bands: &Bands<'_>, energy: Input<'_, u32>, output: Output<'_, u64>) {
    let (_, mut falling_before) = bands.sums(0, energy);
    for channel in 0..output.len() {
        let (rising, falling) = bands.sums(channel + 1, energy);
        output.set(channel, rising.wrapping_add(falling_before));
        falling_before = falling;
    }
}

/// Takes the square root of each sum and shifts it right by `shift` bits, which undoes the automatic scaling.
///
/// `output` is as long as `input` (panics when it is shorter); of `shift` the low five bits count. The rule is that
/// of TFLM's `SignalFilterBankSquareRoot`.
pub fn square_roots(input: Input<'_, u64>, shift: u32, output: Output<'_, u32>) {
    for (channel, sum) in input.iter().enumerate() {
        output.set(channel, rounded_square_root(sum).wrapping_shr(shift));
    }
}

/// The square root of `value` to the nearest; a value below 2^32 has a root of at most `0xFFFF`.
pub fn rounded_square_root(value: u64) -> u32 {
    let (root, largest) = match u32::try_from(value) {
        Ok(value) => (value.isqrt() as u64, 0xFFFF),
        Err(_) => (value.isqrt(), 0xFFFF_FFFF),
    };
    let round_up = value - root * root > root && root != largest;
    (root + round_up as u64) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_round_to_the_nearest() {
        for (value, root) in [(0, 0), (2, 1), (3, 2), (6, 2), (7, 3), (12, 3), (13, 4)] {
            assert_eq!(rounded_square_root(value), root, "{value}");
        }
    }

    #[test]
    fn roots_saturate_at_the_width_they_are_taken_in() {
        assert_eq!(rounded_square_root(u32::MAX as u64), 0xFFFF);
        assert_eq!(rounded_square_root(u32::MAX as u64 + 1), 0x1_0000);
        assert_eq!(rounded_square_root(u64::MAX), u32::MAX);
    }

    #[test]
    fn a_band_is_shared_by_two_channels() {
        let bands = Bands {
            weights: Input::from(&[1i16, 2, 3, 4][..]),
            unweights: Input::from(&[10i16, 20, 30, -1][..]),
            frequency_starts: Input::from(&[0i16, 1, 3][..]),
            weight_starts: Input::from(&[0i16, 1, 3][..]),
            widths: Input::from(&[1i16, 2, 9][..]),
        };
        let mut channels = [0u64; 3];
        accumulate(&bands, Input::from(&[1u32, 1, 2, 5][..]), Output::from(&mut channels[..]));
        assert_eq!(channels, [10 + 2 + 6, 20 + 60 + 20, 5u64.wrapping_neg()]);
    }

    #[test]
    fn tables_that_point_nowhere_give_zero() {
        let wild = [i16::MIN, i16::MAX, -1];
        let bands = Bands {
            weights: Input::from(&wild[..]),
            unweights: Input::from(&wild[..]),
            frequency_starts: Input::from(&wild[..]),
            weight_starts: Input::from(&wild[..]),
            widths: Input::from(&[i16::MAX, 2, i16::MIN][..]),
        };
        let mut channels = [1u64; 2];
        accumulate(&bands, Input::empty(), Output::from(&mut channels[..]));
        assert_eq!(channels, [0, 0]);
    }
}
