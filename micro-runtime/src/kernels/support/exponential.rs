//! The exponential function in single precision, as exact as that of the reference's C library.
//!
//! `exp(x) = 2^(k / 32) * 2^r` with whole `k` and `|r| <= 1 / 64`: a table for the first factor, a polynomial for the
//! second, both in double precision. The result is rounded once, and is the nearest number but for about 1 in 20,000,
//! where it is the next. Single precision alone would be off by one unit in the last place now and then, which
//! functions of the result can make two.

/// `32 / ln(2)`.
const STEPS: f64 = 32.0 * core::f64::consts::LOG2_E;

/// Numbers of this size have no fraction: adding and taking it away again rounds.
const WHOLE: f64 = 6_755_399_441_055_744.0;

/// `2^r - 1` divided by `r`, for `|r| <= 1 / 64`: the polynomial whose greatest relative error in `2^r` is least, 2^-33.2.
const POLYNOMIAL: [f64; 3] = [0.693_147_180_691_621_2, 0.240_228_452_244_640_63, 0.055_503_615_589_731_08];

/// `2^(i / 32)`; one of them is a constant with a name of its own.
#[rustfmt::skip]
#[allow(clippy::approx_constant)]
const POWERS: [f64; 32] = [
    1.0, 1.021_897_148_654_116_6, 1.044_273_782_427_413_8, 1.067_140_400_676_823_7,
    1.090_507_732_665_257_7, 1.114_386_742_595_892_4, 1.138_788_634_756_691_6, 1.163_724_858_777_577_5,
    1.189_207_115_002_721, 1.215_247_359_980_469, 1.241_857_812_073_484, 1.269_050_957_191_733_2,
    1.296_839_554_651_009_6, 1.325_236_643_159_741_3, 1.354_255_546_936_892_7, 1.383_909_881_963_832,
    1.414_213_562_373_095_1, 1.445_180_806_977_046_7, 1.476_826_145_939_499_3, 1.509_164_427_593_422_8,
    1.542_210_825_407_940_7, 1.575_980_845_107_886_5, 1.610_490_331_949_254_3, 1.645_755_478_153_965,
    1.681_792_830_507_429, 1.718_619_298_122_478, 1.756_252_160_373_299_5, 1.794_709_075_003_107_2,
    1.834_008_086_409_342_4, 1.874_167_634_110_3, 1.915_206_561_397_147_4, 1.957_144_124_175_400_2,
];

/// `exp(value)`.
pub fn exp(value: f32) -> f32 {
    // Beyond, the result is infinite or zero whatever the value; not a number stays so.
    let scaled = value.clamp(-150.0, 150.0) as f64 * STEPS;
    let rounded = scaled + WHOLE;
    let steps = rounded.to_bits() as i32;
    let rest = (scaled - (rounded - WHOLE)) / 32.0;
    let exponent = ((steps >> 5) as i64) << 52;
    let power = f64::from_bits(POWERS[(steps & 31) as usize].to_bits().wrapping_add_signed(exponent));
    let [first, second, third] = POLYNOMIAL;
    let polynomial = (third * rest + second) * (rest * rest) + (first * rest + 1.0);
    (polynomial * power) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_nearest_number_or_the_next() {
        let (mut all, mut next) = (0, 0);
        for bits in (0..=u32::MAX).step_by(4099) {
            let value = f32::from_bits(bits);
            if value.is_nan() {
                assert!(exp(value).is_nan());
                continue;
            }
            let units = exp(value).to_bits().abs_diff((libm::exp(value as f64) as f32).to_bits());
            assert!(units <= 1, "{value}: {} found", exp(value));
            (all, next) = (all + 1, next + units);
        }
        assert!(next * 10_000 < all, "{next} of {all} are not the nearest");
    }

    #[test]
    fn its_ends_are_infinity_zero_and_one() {
        assert_eq!(
            [f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, f32::MAX, f32::MIN].map(exp),
            [f32::INFINITY, 0.0, 1.0, 1.0, f32::INFINITY, 0.0]
        );
    }
}
