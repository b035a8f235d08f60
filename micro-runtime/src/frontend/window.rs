//! The window: every frame is faded in and out, so that its edges do not look like sound.

use crate::arena::{Input, Output};
use crate::fixed::saturate_i16;

/// Multiplies frames of samples by `weights`, shifts right by `shift` bits and saturates.
///
/// `input` holds one frame of `weights.len()` samples after another; the last one may be incomplete. Each product
/// is exact in 32 bits and the shift rounds towards minus infinity; of `shift` the low five bits count. `output` is
/// as long as `input` and may be the same memory. Panics when `output` is shorter than `input`.
///
/// The rule is that of TFLM's `SignalWindow`.
pub fn apply_window(input: Input<'_, i16>, weights: Input<'_, i16>, shift: u32, output: Output<'_, i16>) {
    if weights.is_empty() {
        return;
    }
    for start in (0..input.len()).step_by(weights.len()) {
        for (offset, weight) in weights.iter().take(input.len() - start).enumerate() {
            let product = input.get(start + offset) as i32 * weight as i32;
            output.set(start + offset, saturate_i16(product.wrapping_shr(shift)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_round_down_and_saturate() {
        let samples = [3i16, -3, i16::MIN, i16::MAX, i16::MIN, 5];
        let mut faded = [0i16; 6];
        apply_window(Input::from(&samples[..]), Input::from(&[1i16, 4096][..]), 1, Output::from(&mut faded[..]));
        assert_eq!(faded, [1, -6144, -16384, i16::MAX, -16384, 10240]);
    }

    #[test]
    fn an_incomplete_frame_and_no_weights_are_harmless() {
        let mut faded = [7i16; 3];
        apply_window(Input::from(&[2i16, 2, 2][..]), Input::from(&[4i16, 8][..]), 2, Output::from(&mut faded[..]));
        assert_eq!(faded, [2, 4, 2]);
        apply_window(Input::from(&[2i16][..]), Input::empty(), 99, Output::from(&mut faded[..]));
        assert_eq!(faded, [2, 4, 2]);
    }
}
