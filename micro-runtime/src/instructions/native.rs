//! The instructions of the DSP extension themselves. The only assembly.

#![allow(unsafe_code)]

use core::arch::asm;

use super::Instructions;

/// Cortex-M4 and M7.
pub enum Armv7em {}

/// The result of instructions that read registers and write one, and flags where that is not excluded.
///
/// What the twins of kernels are made of is not said to be pure, so that it stays in the order in which the loops have it:
/// that order keeps few values alive at a time.
macro_rules! instruction {
    ($text:literal, $($operand:ident),+ $(; $($option:ident),+)?) => {{
        let result;
        // SAFETY: the instruction touches neither memory nor stack, and every processor with the DSP extension has it.
        unsafe {
            asm!(
                $text,
                result = lateout(reg) result,
                $($operand = in(reg) $operand,)+
                options(nomem, nostack $($(, $option)+)?)
            )
        };
        result
    }};
}

/// Of each lane or byte that SUBTRACT finds not less in `left` than in `right` that of `not_less`, else that of `less`.
macro_rules! select {
    ($subtract:literal, $left:ident, $right:ident, $not_less:ident, $less:ident $(; $option:ident)?) => {{
        // The first instruction is there for the flags that the second one takes, and overwrites what that writes.
        let result;
        // SAFETY: the instructions touch neither memory nor stack, and every processor with the DSP extension has them.
        unsafe {
            asm!(
                concat!($subtract, " {result}, {left}, {right}"),
                "sel {result}, {not_less}, {less}",
                result = out(reg) result,
                left = in(reg) $left,
                right = in(reg) $right,
                not_less = in(reg) $not_less,
                less = in(reg) $less,
                options(nomem, nostack $(, $option)?)
            )
        };
        result
    }};
}

impl Instructions for Armv7em {
    #[inline(always)]
    fn even_bytes(bytes: u32) -> u32 {
        instruction!("sxtb16 {result}, {bytes}", bytes; preserves_flags)
    }

    #[inline(always)]
    fn odd_bytes(bytes: u32) -> u32 {
        instruction!("sxtb16 {result}, {bytes}, ror #8", bytes; preserves_flags)
    }

    #[inline(always)]
    fn add_even_bytes(lanes: u32, bytes: u32) -> u32 {
        instruction!("sxtab16 {result}, {lanes}, {bytes}", lanes, bytes; preserves_flags)
    }

    #[inline(always)]
    fn add_odd_bytes(lanes: u32, bytes: u32) -> u32 {
        instruction!("sxtab16 {result}, {lanes}, {bytes}, ror #8", lanes, bytes; preserves_flags)
    }

    #[inline(always)]
    fn multiply_add_lanes(sum: i32, left: u32, right: u32) -> i32 {
        instruction!("smlad {result}, {left}, {right}, {sum}", left, right, sum)
    }

    #[inline(always)]
    fn multiply_add_low(sum: i32, left: u32, right: u32) -> i32 {
        instruction!("smlabb {result}, {left}, {right}, {sum}", left, right, sum)
    }

    #[inline(always)]
    fn multiply_add_high(sum: i32, left: u32, right: u32) -> i32 {
        instruction!("smlatt {result}, {left}, {right}, {sum}", left, right, sum)
    }

    #[inline(always)]
    fn multiply_add_high_by_low(sum: i32, left: u32, right: u32) -> i32 {
        instruction!("smlatb {result}, {left}, {right}, {sum}", left, right, sum; pure)
    }

    #[inline(always)]
    fn multiply_high(left: u32, right: u32) -> i32 {
        instruction!("smultt {result}, {left}, {right}", left, right; pure)
    }

    #[inline(always)]
    fn sum_of_products(left: u32, right: u32) -> i32 {
        instruction!("smuad {result}, {left}, {right}", left, right; pure)
    }

    #[inline(always)]
    fn real_product(sum: i32, left: u32, right: u32) -> i32 {
        instruction!("smlsd {result}, {left}, {right}, {sum}", left, right, sum; pure)
    }

    #[inline(always)]
    fn imaginary_product(sum: i32, left: u32, right: u32) -> i32 {
        instruction!("smladx {result}, {left}, {right}, {sum}", left, right, sum; pure)
    }

    #[inline(always)]
    fn add_lanes(left: u32, right: u32) -> u32 {
        instruction!("sadd16 {result}, {left}, {right}", left, right; pure)
    }

    #[inline(always)]
    fn subtract_lanes(left: u32, right: u32) -> u32 {
        instruction!("ssub16 {result}, {left}, {right}", left, right; pure)
    }

    #[inline(always)]
    fn add_turned_back(left: u32, right: u32) -> u32 {
        instruction!("ssax {result}, {left}, {right}", left, right; pure)
    }

    #[inline(always)]
    fn subtract_turned_back(left: u32, right: u32) -> u32 {
        instruction!("sasx {result}, {left}, {right}", left, right; pure)
    }

    #[inline(always)]
    fn half_sums(left: u32, right: u32) -> u32 {
        instruction!("shadd16 {result}, {left}, {right}", left, right; pure)
    }

    #[inline(always)]
    fn half_differences(left: u32, right: u32) -> u32 {
        instruction!("shsub16 {result}, {left}, {right}", left, right; pure)
    }

    #[inline(always)]
    fn pack_fractions(low: i32, high: i32) -> u32 {
        let low = low >> 15;
        instruction!("pkhbt {result}, {low}, {high}, lsl #1", low, high; pure, preserves_flags)
    }

    #[inline(always)]
    fn greater_lanes(left: u32, right: u32) -> u32 {
        select!("ssub16", left, right, left, right; pure)
    }

    #[inline(always)]
    fn lesser_lanes(left: u32, right: u32) -> u32 {
        select!("ssub16", left, right, right, left; pure)
    }

    #[inline(always)]
    fn greater_bytes(left: u32, right: u32) -> u32 {
        select!("ssub8", left, right, left, right)
    }

    #[inline(always)]
    fn high_product(left: i32, right: i32) -> i32 {
        instruction!("smmulr {result}, {left}, {right}", left, right; preserves_flags)
    }

    #[inline(always)]
    fn shift_right(value: i32, distance: i32) -> i32 {
        instruction!("asr.w {result}, {value}, {distance}", value, distance; preserves_flags)
    }

    #[inline(always)]
    fn half_saturated(value: i32) -> i32 {
        instruction!("ssat {result}, #8, {value}, asr #1", value)
    }

    #[inline(always)]
    fn forget<T>(mut at: *const T) -> *const T {
        // SAFETY: there is no instruction.
        unsafe { asm!("/* {at} */", at = inout(reg) at, options(nomem, nostack, preserves_flags)) };
        at
    }

    #[inline(always)]
    unsafe fn load_one(at: &mut *const u32) -> u32 {
        let word;
        // SAFETY: the caller's promise: the word is readable; this load takes any address.
        unsafe {
            asm!(
                "ldr {word}, [{at}], #4",
                word = out(reg) word,
                at = inout(reg) *at,
                options(readonly, nostack, preserves_flags)
            )
        };
        word
    }

    #[inline(always)]
    unsafe fn load_two(at: &mut *const u32) -> (u32, u32) {
        let (first, second);
        // SAFETY: the caller's promise: two aligned words are readable here. The three registers differ.
        unsafe {
            asm!(
                "ldrd {first}, {second}, [{at}], #8",
                first = out(reg) first,
                second = out(reg) second,
                at = inout(reg) *at,
                options(readonly, nostack, preserves_flags)
            )
        };
        (first, second)
    }

    #[inline(always)]
    unsafe fn store_two(at: &mut *mut u32, first: u32, second: u32) {
        // SAFETY: the caller's promise: two aligned words are writable here.
        unsafe {
            asm!(
                "strd {first}, {second}, [{at}], #8",
                first = in(reg) first,
                second = in(reg) second,
                at = inout(reg) *at,
                options(nostack, preserves_flags)
            )
        };
    }
}
