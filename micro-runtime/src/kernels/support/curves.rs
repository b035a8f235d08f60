//! The logistic function and the hyperbolic tangent in single precision.

use super::exponential::exp;

/// `1 / (1 + exp(-value))`, by the branches of TFLM's reference kernel: 1 where the sum rounds to 1, `exp(value)` below
/// -9. Operations and their order are the reference's, so results are as equal as exponentials are.
pub fn logistic(value: f32) -> f32 {
    if value > 16.619_047 {
        1.0
    } else if value < -9.0 {
        exp(value)
    } else {
        1.0 / (1.0 + exp(-value))
    }
}

/// `tanh(value)`, bit for bit that of the C library of the reference, which is within two units of the real one.
///
/// The exponential changes its sign at 1, where the C library of the reference does it too: other places give other
/// last bits.
pub fn tanh(value: f32) -> f32 {
    let magnitude = libm::fabsf(value);
    // Below, the sum in the denominator has no bit of the value left.
    if magnitude < 2.8e-17 {
        return value;
    }
    let result = if magnitude < 1.0 {
        let less_one = libm::expm1f(-2.0 * magnitude);
        -less_one / (less_one + 2.0)
    } else if magnitude < 22.0 {
        1.0 - 2.0 / (libm::expm1f(2.0 * magnitude) + 2.0)
    } else if magnitude.is_nan() {
        return value;
    } else {
        1.0
    };
    libm::copysignf(result, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tangent_is_near_the_real_one() {
        for bits in (0..0x42C8_0000u32).step_by(4099) {
            let value = f32::from_bits(bits);
            let wanted = libm::tanh(value as f64) as f32;
            let units = tanh(value).to_bits() as i64 - wanted.to_bits() as i64;
            assert!(units.abs() <= 2, "{value}: {} found, {wanted} wanted", tanh(value));
            assert_eq!(tanh(-value).to_bits(), (-tanh(value)).to_bits());
        }
        assert!(tanh(f32::NAN).is_nan());
        assert_eq!((tanh(f32::INFINITY), tanh(f32::NEG_INFINITY)), (1.0, -1.0));
    }
}
