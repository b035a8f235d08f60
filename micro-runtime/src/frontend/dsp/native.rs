//! The instructions of the DSP extension themselves.

#![allow(unsafe_code)]

use core::arch::asm;

use super::lanes::Lanes;

/// Cortex-M4 and M7.
pub enum Armv7em {}

/// The result of instructions that read registers and write one.
macro_rules! instruction {
    ($($text:literal),+; $($operand:ident),+ $(; $flags:ident)?) => {{
        let result;
        // SAFETY: the instructions touch neither memory nor stack, and every processor with the DSP extension has them.
        unsafe {
            asm!(
                $($text,)+
                result = lateout(reg) result,
                $($operand = in(reg) $operand,)+
                options(pure, nomem, nostack $(, $flags)?)
            )
        };
        result
    }};
}

impl Lanes for Armv7em {
    #[inline(always)]
    fn add(left: u32, right: u32) -> u32 {
        instruction!("sadd16 {result}, {left}, {right}"; left, right)
    }

    #[inline(always)]
    fn subtract(left: u32, right: u32) -> u32 {
        instruction!("ssub16 {result}, {left}, {right}"; left, right)
    }

    #[inline(always)]
    fn add_turned_back(left: u32, right: u32) -> u32 {
        instruction!("ssax {result}, {left}, {right}"; left, right)
    }

    #[inline(always)]
    fn subtract_turned_back(left: u32, right: u32) -> u32 {
        instruction!("sasx {result}, {left}, {right}"; left, right)
    }

    #[inline(always)]
    fn half_sum(left: u32, right: u32) -> u32 {
        instruction!("shadd16 {result}, {left}, {right}"; left, right)
    }

    #[inline(always)]
    fn half_difference(left: u32, right: u32) -> u32 {
        instruction!("shsub16 {result}, {left}, {right}"; left, right)
    }

    #[inline(always)]
    fn multiply_low(left: u32, right: u32, sum: i32) -> i32 {
        instruction!("smlabb {result}, {left}, {right}, {sum}"; left, right, sum)
    }

    #[inline(always)]
    fn multiply_high_by_low(left: u32, right: u32, sum: i32) -> i32 {
        instruction!("smlatb {result}, {left}, {right}, {sum}"; left, right, sum)
    }

    #[inline(always)]
    fn real_product(left: u32, right: u32, sum: i32) -> i32 {
        instruction!("smlsd {result}, {left}, {right}, {sum}"; left, right, sum)
    }

    #[inline(always)]
    fn imaginary_product(left: u32, right: u32, sum: i32) -> i32 {
        instruction!("smladx {result}, {left}, {right}, {sum}"; left, right, sum)
    }

    #[inline(always)]
    fn multiply_high(left: u32, right: u32) -> i32 {
        instruction!("smultt {result}, {left}, {right}"; left, right)
    }

    #[inline(always)]
    fn sum_of_products(left: u32, right: u32) -> i32 {
        instruction!("smuad {result}, {left}, {right}"; left, right)
    }

    #[inline(always)]
    fn pack_fractions(low: i32, high: i32) -> u32 {
        let low = low >> 15;
        instruction!("pkhbt {result}, {low}, {high}, lsl #1"; low, high; preserves_flags)
    }

    #[inline(always)]
    fn greater(left: u32, right: u32) -> u32 {
        select(left, right, left, right)
    }

    #[inline(always)]
    fn lesser(left: u32, right: u32) -> u32 {
        select(left, right, right, left)
    }
}

/// The lanes of `not_less` where `left` is not less than `right`, else those of `less`.
#[inline(always)]
fn select(left: u32, right: u32, not_less: u32, less: u32) -> u32 {
    let result;
    // SAFETY: the instructions touch neither memory nor stack, and every processor with the DSP extension has them.
    unsafe {
        asm!(
            "ssub16 {result}, {left}, {right}",
            "sel {result}, {not_less}, {less}",
            result = out(reg) result,
            left = in(reg) left,
            right = in(reg) right,
            not_less = in(reg) not_less,
            less = in(reg) less,
            options(pure, nomem, nostack)
        )
    };
    result
}
