//! The instructions of the DSP extension that the front end is written with, and their meaning in plain Rust.

/// One function an instruction, or two.
pub trait Lanes {
    /// SADD16: the sums of both pairs of lanes, modulo 2^16.
    fn add(left: u32, right: u32) -> u32;
    /// SSUB16: the differences of both pairs of lanes, modulo 2^16.
    fn subtract(left: u32, right: u32) -> u32;
    /// SSAX: `left` plus `right` times -i, as complex numbers, modulo 2^16.
    fn add_turned_back(left: u32, right: u32) -> u32;
    /// SASX: `left` minus `right` times -i, as complex numbers, modulo 2^16.
    fn subtract_turned_back(left: u32, right: u32) -> u32;
    /// SHADD16: halves of the sums of both pairs of lanes, rounded down.
    fn half_sum(left: u32, right: u32) -> u32;
    /// SHSUB16: halves of the differences of both pairs of lanes, rounded down.
    fn half_difference(left: u32, right: u32) -> u32;
    /// SMLABB: the product of the low lanes plus `sum`, modulo 2^32.
    fn multiply_low(left: u32, right: u32, sum: i32) -> i32;
    /// SMLATB: the product of the high lane of `left` and the low lane of `right` plus `sum`, modulo 2^32.
    fn multiply_high_by_low(left: u32, right: u32, sum: i32) -> i32;
    /// SMULTT: the product of the high lanes.
    fn multiply_high(left: u32, right: u32) -> i32;
    /// SMUAD: the sum of the products of both pairs of lanes, modulo 2^32.
    fn sum_of_products(left: u32, right: u32) -> i32;
    /// SMLSD: the product of the low lanes minus that of the high lanes plus `sum`, modulo 2^32.
    fn real_product(left: u32, right: u32, sum: i32) -> i32;
    /// SMLADX: the sum of the crosswise products plus `sum`, modulo 2^32.
    fn imaginary_product(left: u32, right: u32, sum: i32) -> i32;
    /// ASR and PKHBT: bits 30 to 15 of both, the first as the low lane.
    fn pack_fractions(low: i32, high: i32) -> u32;
    /// SSUB16 and SEL: the greater of both pairs of lanes.
    fn greater(left: u32, right: u32) -> u32;
    /// SSUB16 and SEL: the lesser of both pairs of lanes.
    fn lesser(left: u32, right: u32) -> u32;
}

/// The low lane with its sign.
pub(super) const fn low(word: u32) -> i32 {
    word as i16 as i32
}

/// The high lane with its sign.
pub(super) const fn high(word: u32) -> i32 {
    (word >> 16) as i16 as i32
}

/// Two lanes as a word.
pub(super) const fn word(low: i32, high: i32) -> u32 {
    low as u16 as u32 | (high as u32) << 16
}

/// Plain Rust, for every machine.
pub enum Emulated {}

impl Lanes for Emulated {
    #[inline(always)]
    fn add(left: u32, right: u32) -> u32 {
        word(low(left) + low(right), high(left) + high(right))
    }

    #[inline(always)]
    fn subtract(left: u32, right: u32) -> u32 {
        word(low(left) - low(right), high(left) - high(right))
    }

    #[inline(always)]
    fn add_turned_back(left: u32, right: u32) -> u32 {
        word(low(left) + high(right), high(left) - low(right))
    }

    #[inline(always)]
    fn subtract_turned_back(left: u32, right: u32) -> u32 {
        word(low(left) - high(right), high(left) + low(right))
    }

    #[inline(always)]
    fn half_sum(left: u32, right: u32) -> u32 {
        word((low(left) + low(right)) >> 1, (high(left) + high(right)) >> 1)
    }

    #[inline(always)]
    fn half_difference(left: u32, right: u32) -> u32 {
        word((low(left) - low(right)) >> 1, (high(left) - high(right)) >> 1)
    }

    #[inline(always)]
    fn multiply_low(left: u32, right: u32, sum: i32) -> i32 {
        (low(left) * low(right)).wrapping_add(sum)
    }

    #[inline(always)]
    fn multiply_high_by_low(left: u32, right: u32, sum: i32) -> i32 {
        (high(left) * low(right)).wrapping_add(sum)
    }

    #[inline(always)]
    fn multiply_high(left: u32, right: u32) -> i32 {
        high(left) * high(right)
    }

    #[inline(always)]
    fn sum_of_products(left: u32, right: u32) -> i32 {
        (low(left) * low(right)).wrapping_add(high(left) * high(right))
    }

    #[inline(always)]
    fn real_product(left: u32, right: u32, sum: i32) -> i32 {
        (low(left) * low(right)).wrapping_sub(high(left) * high(right)).wrapping_add(sum)
    }

    #[inline(always)]
    fn imaginary_product(left: u32, right: u32, sum: i32) -> i32 {
        (low(left) * high(right)).wrapping_add(high(left) * low(right)).wrapping_add(sum)
    }

    #[inline(always)]
    fn pack_fractions(low: i32, high: i32) -> u32 {
        word(low >> 15, high >> 15)
    }

    #[inline(always)]
    fn greater(left: u32, right: u32) -> u32 {
        word(low(left).max(low(right)), high(left).max(high(right)))
    }

    #[inline(always)]
    fn lesser(left: u32, right: u32) -> u32 {
        word(low(left).min(low(right)), high(left).min(high(right)))
    }
}

/// What the stages run on here: the processor's own instructions where it has them.
#[cfg(dsp_extension)]
pub type Native = super::native::Armv7em;

/// What the stages run on here: plain Rust, because this processor has other instructions.
#[cfg(not(dsp_extension))]
pub type Native = Emulated;
