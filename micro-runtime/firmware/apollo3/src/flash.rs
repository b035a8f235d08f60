//! The flash, between accesses.

#![allow(unsafe_code)]

use crate::registers::CACHE_FLASHCFG;

/// Standby between accesses: SEDELAY 5, one wait state, seven out of standby.
const STANDBY: u32 = 0x0000_1751;

/// Lets the flash stand by between accesses.
// SAFETY: a section of initialised memory, copied before anything runs: the flash must not be read while its timing
// changes.
#[unsafe(link_section = ".data.flash")]
#[inline(never)]
pub fn save_power() {
    CACHE_FLASHCFG.write(STANDBY);
}
