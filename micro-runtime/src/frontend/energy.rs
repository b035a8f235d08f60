//! Energy: how much of each frequency there is, whatever its phase.

use crate::arena::{Input, Output};

/// Writes `re² + im²` of the frequency bins `first..end`; the other elements of `output` stay as they are.
///
/// `spectrum` holds (re, im) pairs, `output` one element a bin; bins that either lacks are passed over. `output` may
/// be the memory of `spectrum`: each pair is read before its own four bytes are written. The rule is that of TFLM's
/// `SignalEnergy`.
pub fn energies(spectrum: Input<'_, i16>, first: usize, end: usize, output: Output<'_, u32>) {
    for bin in first..end.min(spectrum.len() / 2).min(output.len()) {
        let re = spectrum.get(2 * bin) as i32;
        let im = spectrum.get(2 * bin + 1) as i32;
        output.set(bin, (re * re) as u32 + (im * im) as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_bins_are_written() {
        let spectrum = [1i16, 2, 3, -4, i16::MIN, i16::MIN];
        let mut energy = [9u32; 3];
        energies(Input::from(&spectrum[..]), 1, 100, Output::from(&mut energy[..]));
        assert_eq!(energy, [9, 25, 1 << 31]);
        energies(Input::from(&spectrum[..]), 5, 2, Output::from(&mut energy[..]));
        assert_eq!(energy, [9, 25, 1 << 31]);
    }
}
