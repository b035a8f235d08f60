//! The watchdog: resets a chip whose firmware has lost its way.

use crate::registers::{RSTGEN_CFG, WDT_CFG, WDT_RSTRT};

/// The watchdog may reset the chip.
const RESETS: u32 = 1 << 1;
const CLOCK_128_HZ: u32 = 1 << 24;
/// 255 ticks of 128 Hz: two seconds.
const TICKS: u32 = 255;
const RESET_ON: u32 = 1 << 2;
const ENABLE: u32 = 1 << 0;
const FOOD: u32 = 0xB2;

/// Starts it: from now on it wants to be fed every two seconds. A debugger can still stop it.
pub fn start() {
    RSTGEN_CFG.change(0, RESETS);
    WDT_CFG.write(CLOCK_128_HZ | TICKS << 16 | TICKS << 8 | RESET_ON);
    WDT_CFG.change(0, ENABLE);
    feed();
}

/// All is well.
pub fn feed() {
    WDT_RSTRT.write(FOOD);
}
