//! The instructions of the DSP extension that the twins of kernels and the front end are written with, and their meaning in
//! plain Rust.
//!
//! Words hold two 16-bit lanes or four bytes, the first in the low bits. As a complex number a word has its real part in
//! the low lane.

mod emulated;
#[cfg(dsp_extension)]
mod native;

pub use emulated::Emulated;

/// One function an instruction, or two.
pub trait Instructions {
    /// SXTB16: bytes 0 and 2, widened with their signs.
    fn even_bytes(bytes: u32) -> u32;
    /// SXTB16 with a rotation: bytes 1 and 3, widened with their signs.
    fn odd_bytes(bytes: u32) -> u32;
    /// SXTAB16: [`even_bytes`](Instructions::even_bytes) plus the lanes of `lanes`, each modulo 2^16.
    fn add_even_bytes(lanes: u32, bytes: u32) -> u32;
    /// SXTAB16 with a rotation: [`odd_bytes`](Instructions::odd_bytes) plus the lanes of `lanes`, each modulo 2^16.
    fn add_odd_bytes(lanes: u32, bytes: u32) -> u32;
    /// SMLAD: the products of both pairs of lanes, added to `sum` modulo 2^32.
    fn multiply_add_lanes(sum: i32, left: u32, right: u32) -> i32;
    /// SMLABB: the product of the low lanes, added to `sum` modulo 2^32.
    fn multiply_add_low(sum: i32, left: u32, right: u32) -> i32;
    /// SMLATT: the product of the high lanes, added to `sum` modulo 2^32.
    fn multiply_add_high(sum: i32, left: u32, right: u32) -> i32;
    /// SMLATB: the product of the high lane of `left` and the low lane of `right`, added to `sum` modulo 2^32.
    fn multiply_add_high_by_low(sum: i32, left: u32, right: u32) -> i32;
    /// SMULTT: the product of the high lanes.
    fn multiply_high(left: u32, right: u32) -> i32;
    /// SMUAD: the sum of the products of both pairs of lanes, modulo 2^32.
    fn sum_of_products(left: u32, right: u32) -> i32;
    /// SMLSD: the product of the low lanes minus that of the high lanes, added to `sum` modulo 2^32.
    fn real_product(sum: i32, left: u32, right: u32) -> i32;
    /// SMLADX: the sum of the crosswise products, added to `sum` modulo 2^32.
    fn imaginary_product(sum: i32, left: u32, right: u32) -> i32;
    /// SADD16: the sums of both pairs of lanes, modulo 2^16.
    fn add_lanes(left: u32, right: u32) -> u32;
    /// SSUB16: the differences of both pairs of lanes, modulo 2^16.
    fn subtract_lanes(left: u32, right: u32) -> u32;
    /// SSAX: `left` plus `right` times -i, as complex numbers, modulo 2^16.
    fn add_turned_back(left: u32, right: u32) -> u32;
    /// SASX: `left` minus `right` times -i, as complex numbers, modulo 2^16.
    fn subtract_turned_back(left: u32, right: u32) -> u32;
    /// SHADD16: halves of the sums of both pairs of lanes, rounded down.
    fn half_sums(left: u32, right: u32) -> u32;
    /// SHSUB16: halves of the differences of both pairs of lanes, rounded down.
    fn half_differences(left: u32, right: u32) -> u32;
    /// ASR and PKHBT: bits 30 to 15 of both, the first as the low lane.
    fn pack_fractions(low: i32, high: i32) -> u32;
    /// SSUB16 and SEL: the greater of both pairs of lanes.
    fn greater_lanes(left: u32, right: u32) -> u32;
    /// SSUB16 and SEL: the lesser of both pairs of lanes.
    fn lesser_lanes(left: u32, right: u32) -> u32;
    /// SSUB8 and SEL: of each pair of bytes, with their signs, the greater.
    fn greater_bytes(left: u32, right: u32) -> u32;
    /// SMMULR: the high half of the 64-bit product, rounded to the nearest, ties upwards.
    fn high_product(left: i32, right: i32) -> i32;
    /// ASR by a register: an arithmetic shift by the low byte of `distance`, of which 31 and more leave the sign.
    fn shift_right(value: i32, distance: i32) -> i32;
    /// SSAT with a shift: half of `value`, rounded down, saturated to 8 bits.
    fn half_saturated(value: i32) -> i32;
    /// No instruction: the same address, of which the compiler does not know any more where it came from. It keeps loops
    /// from having a register, or a place on the stack, for each of several addresses that are a fixed distance apart.
    fn forget<T>(at: *const T) -> *const T;
    /// LDR with a step: the word at `*at`, which goes behind it.
    ///
    /// # Safety
    ///
    /// The word is readable. It may lie anywhere.
    #[allow(unsafe_code)]
    unsafe fn load_one(at: &mut *const u32) -> u32;
    /// LDRD with a step: the two words at `*at`, which goes behind them.
    ///
    /// # Safety
    ///
    /// Both words are readable, and `*at` is a multiple of 4.
    #[allow(unsafe_code)]
    unsafe fn load_two(at: &mut *const u32) -> (u32, u32);
    /// STRD with a step: writes two words at `*at`, which goes behind them.
    ///
    /// # Safety
    ///
    /// Both words are writable, and `*at` is a multiple of 4.
    #[allow(unsafe_code)]
    unsafe fn store_two(at: &mut *mut u32, first: u32, second: u32);
}

/// What runs here: the processor's own instructions where it has them.
#[cfg(dsp_extension)]
pub type Native = native::Armv7em;

/// What runs here: plain Rust, because this processor has other instructions.
#[cfg(not(dsp_extension))]
pub type Native = Emulated;

/// The low lane with its sign.
#[inline(always)]
pub(crate) const fn low(word: u32) -> i32 {
    word as i16 as i32
}

/// The high lane with its sign.
#[inline(always)]
pub(crate) const fn high(word: u32) -> i32 {
    (word >> 16) as i16 as i32
}

/// Two lanes as a word; of each value the low 16 bits.
#[inline(always)]
pub(crate) const fn lanes(low: i32, high: i32) -> u32 {
    low as u16 as u32 | (high as u32) << 16
}
