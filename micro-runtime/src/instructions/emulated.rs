//! The instructions of the DSP extension in plain Rust.

#![allow(unsafe_code)]

use super::{Instructions, high, lanes, low};

/// For machines without the extension.
pub enum Emulated {}

impl Instructions for Emulated {
    #[inline(always)]
    fn even_bytes(bytes: u32) -> u32 {
        Self::add_even_bytes(0, bytes)
    }

    #[inline(always)]
    fn odd_bytes(bytes: u32) -> u32 {
        Self::add_odd_bytes(0, bytes)
    }

    #[inline(always)]
    fn add_even_bytes(word: u32, bytes: u32) -> u32 {
        let [first, _, third, _] = bytes.to_le_bytes();
        lanes(low(word) + first as i8 as i32, high(word) + third as i8 as i32)
    }

    #[inline(always)]
    fn add_odd_bytes(word: u32, bytes: u32) -> u32 {
        Self::add_even_bytes(word, bytes.rotate_right(8))
    }

    #[inline(always)]
    fn multiply_add_lanes(sum: i32, left: u32, right: u32) -> i32 {
        Self::multiply_add_high(Self::multiply_add_low(sum, left, right), left, right)
    }

    #[inline(always)]
    fn multiply_add_low(sum: i32, left: u32, right: u32) -> i32 {
        sum.wrapping_add(low(left) * low(right))
    }

    #[inline(always)]
    fn multiply_add_high(sum: i32, left: u32, right: u32) -> i32 {
        sum.wrapping_add(high(left) * high(right))
    }

    #[inline(always)]
    fn multiply_add_high_by_low(sum: i32, left: u32, right: u32) -> i32 {
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
    fn real_product(sum: i32, left: u32, right: u32) -> i32 {
        (low(left) * low(right)).wrapping_sub(high(left) * high(right)).wrapping_add(sum)
    }

    #[inline(always)]
    fn imaginary_product(sum: i32, left: u32, right: u32) -> i32 {
        (low(left) * high(right)).wrapping_add(high(left) * low(right)).wrapping_add(sum)
    }

    #[inline(always)]
    fn add_lanes(left: u32, right: u32) -> u32 {
        lanes(low(left) + low(right), high(left) + high(right))
    }

    #[inline(always)]
    fn subtract_lanes(left: u32, right: u32) -> u32 {
        lanes(low(left) - low(right), high(left) - high(right))
    }

    #[inline(always)]
    fn add_turned_back(left: u32, right: u32) -> u32 {
        lanes(low(left) + high(right), high(left) - low(right))
    }

    #[inline(always)]
    fn subtract_turned_back(left: u32, right: u32) -> u32 {
        lanes(low(left) - high(right), high(left) + low(right))
    }

    #[inline(always)]
    fn half_sums(left: u32, right: u32) -> u32 {
        lanes((low(left) + low(right)) >> 1, (high(left) + high(right)) >> 1)
    }

    #[inline(always)]
    fn half_differences(left: u32, right: u32) -> u32 {
        lanes((low(left) - low(right)) >> 1, (high(left) - high(right)) >> 1)
    }

    #[inline(always)]
    fn pack_fractions(low: i32, high: i32) -> u32 {
        lanes(low >> 15, high >> 15)
    }

    #[inline(always)]
    fn greater_lanes(left: u32, right: u32) -> u32 {
        lanes(low(left).max(low(right)), high(left).max(high(right)))
    }

    #[inline(always)]
    fn lesser_lanes(left: u32, right: u32) -> u32 {
        lanes(low(left).min(low(right)), high(left).min(high(right)))
    }

    #[inline(always)]
    fn greater_bytes(left: u32, right: u32) -> u32 {
        let (left, right) = (left.to_le_bytes(), right.to_le_bytes());
        u32::from_le_bytes(core::array::from_fn(|byte| (left[byte] as i8).max(right[byte] as i8) as u8))
    }

    #[inline(always)]
    fn high_product(left: i32, right: i32) -> i32 {
        ((left as i64 * right as i64).wrapping_add(1 << 31) >> 32) as i32
    }

    #[inline(always)]
    fn shift_right(value: i32, distance: i32) -> i32 {
        value >> (distance & 0xff).min(31)
    }

    #[inline(always)]
    fn half_saturated(value: i32) -> i32 {
        (value >> 1).clamp(i8::MIN as i32, i8::MAX as i32)
    }

    #[inline(always)]
    fn forget<T>(at: *const T) -> *const T {
        at
    }

    #[inline(always)]
    unsafe fn load_one(at: &mut *const u32) -> u32 {
        // SAFETY: the caller's promise: a word is readable here, aligned or not.
        unsafe {
            let word = at.read_unaligned();
            *at = at.add(1);
            word
        }
    }

    #[inline(always)]
    unsafe fn load_two(at: &mut *const u32) -> (u32, u32) {
        // SAFETY: the caller's promise: two aligned words are readable here.
        unsafe {
            let words = (at.read(), at.add(1).read());
            *at = at.add(2);
            words
        }
    }

    #[inline(always)]
    unsafe fn store_two(at: &mut *mut u32, first: u32, second: u32) {
        // SAFETY: the caller's promise: two aligned words are writable here.
        unsafe {
            at.write(first);
            at.add(1).write(second);
            *at = at.add(2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_widened_with_their_signs() {
        assert_eq!(Emulated::even_bytes(0x7f80_01ff), lanes(-1, -128));
        assert_eq!(Emulated::odd_bytes(0x7f80_01ff), lanes(1, 127));
        assert_eq!(Emulated::add_even_bytes(lanes(-3, 300), 0x7f80_01ff), lanes(-4, 172));
        assert_eq!(Emulated::add_odd_bytes(lanes(i16::MAX.into(), 1), 0x7f80_01ff), lanes(i16::MIN.into(), 128));
    }

    #[test]
    fn bytes_are_compared_with_their_signs() {
        assert_eq!(Emulated::greater_bytes(0x7f80_01ff, 0x0181_ff00), 0x7f81_0100);
    }

    #[test]
    fn lanes_are_multiplied_apart() {
        let (left, right) = (lanes(-300, 200), lanes(7, -11));
        assert_eq!(Emulated::multiply_add_low(5, left, right), 5 - 2100);
        assert_eq!(Emulated::multiply_add_high(5, left, right), 5 - 2200);
        assert_eq!(Emulated::multiply_add_lanes(5, left, right), 5 - 4300);
        let least = lanes(i16::MIN.into(), i16::MIN.into());
        assert_eq!(Emulated::multiply_add_lanes(0, least, least), i32::MIN);
    }

    #[test]
    fn results_round_shift_and_saturate() {
        assert_eq!(Emulated::high_product(1 << 30, 2), 1);
        assert_eq!(Emulated::high_product(-(1 << 30), 2), 0);
        assert_eq!(Emulated::high_product(-(1 << 30) - 1, 2), -1);
        assert_eq!(Emulated::high_product(i32::MIN, i32::MIN), 1 << 30);
        assert_eq!(Emulated::shift_right(-9, 2), -3);
        assert_eq!(Emulated::shift_right(-9, 200), -1);
        assert_eq!(Emulated::half_saturated(-3), -2);
        assert_eq!(Emulated::half_saturated(999), 127);
        assert_eq!(Emulated::half_saturated(-999), -128);
    }

    #[test]
    fn words_are_loaded_and_stored_in_order() {
        let words = [1, 2, 3, 4, 5];
        let mut copy = [0; 4];
        let (mut from, mut to) = (words.as_ptr(), copy.as_mut_ptr());
        // SAFETY: five words are read, four are written.
        unsafe {
            assert_eq!(Emulated::load_one(&mut from), 1);
            for _ in 0..2 {
                let (first, second) = Emulated::load_two(&mut from);
                Emulated::store_two(&mut to, first, second);
            }
        }
        assert_eq!(copy, words[1..]);
    }
}
