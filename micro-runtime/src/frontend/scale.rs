//! The last step: logarithms become the int8 values a keyword model was trained on.

use crate::arena::{Input, Output};

/// What a feature is multiplied by: the number of steps an int8 has.
const STEPS: i32 = 256;
/// The feature (of about 0 to 666) that is the end of the scale: 25.6 steps a unit, 26 units, rounded.
const FULL_SCALE: i32 = 666;

/// Maps features of `0..=FULL_SCALE` to -128..=127, rounding halves up, and saturates the rest.
///
/// `output` is as long as `input`; panics when it is shorter. Division cuts towards 0. The rule is that of the last
/// eight operators of micro_speech's int8 audio preprocessor.
pub fn features_to_int8(input: Input<'_, i16>, output: Output<'_, i8>) {
    for (channel, feature) in input.iter().enumerate() {
        let step = (feature as i32 * STEPS + FULL_SCALE / 2) / FULL_SCALE;
        output.set(channel, crate::fixed::saturate_i8(step - 128));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_where_int8_ends() {
        let mut row = [0i8; 7];
        let features = [0i16, 1, 2, 664, 666, i16::MAX, i16::MIN];
        features_to_int8(Input::from(&features[..]), Output::from(&mut row[..]));
        assert_eq!(row, [-128, -128, -127, 127, 127, 127, -128]);
    }
}
