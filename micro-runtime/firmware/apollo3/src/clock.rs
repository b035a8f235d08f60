//! 48 MHz, the cache in front of the flash, and no crystal.

use crate::registers::{CACHE_CFG, CACHE_CTRL, CLKGEN_CCTRL, CLKGEN_CLKKEY, CLKGEN_OCTRL};

const CLOCK_KEY: u32 = 0x47;
const STOP_CRYSTAL: u32 = 1 << 0;
/// Instructions and data, two ways, 1024 lines, clock gates on.
const CACHE_SETTINGS: u32 = 0x0010_0780;
const CACHE_ENABLE: u32 = 1 << 0;
const CACHE_READY: u32 = 1 << 2;
/// More than the few cycles that the cache takes to clear itself.
const CACHE_TRIES: u32 = 1_000;

/// The clock of the core in hertz after [`full_speed`].
pub const CORE_HZ: u32 = 48_000_000;

/// Runs the core at 48 MHz.
pub fn full_speed() {
    CLKGEN_CLKKEY.write(CLOCK_KEY);
    CLKGEN_CCTRL.write(0);
    CLKGEN_CLKKEY.write(0);
}

/// Stops the crystal; nothing here uses it. The slow oscillator stays for the watchdog.
pub fn stop_crystal() {
    CLKGEN_OCTRL.change(0, STOP_CRYSTAL);
}

/// Switches the cache on.
pub fn cache() {
    CACHE_CFG.write(CACHE_SETTINGS);
    CACHE_CFG.write(CACHE_SETTINGS | CACHE_ENABLE);
    CACHE_CTRL.wait(CACHE_READY, CACHE_READY, CACHE_TRIES);
}
