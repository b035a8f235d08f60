//! The Cortex-M4F itself: interrupts and sleep.

#![allow(unsafe_code)]

use core::arch::asm;

use crate::registers::{
    DEMCR, MCUCTRL_TPIUCTRL, NVIC_ICER, NVIC_ICPR, NVIC_ISER, SCB_AIRCR, SCB_SCR, SYNC_READ, SYSTICK_CTRL,
};

const SLEEP_DEEPLY: u32 = 1 << 2;
const TRACE: u32 = 1 << 24;

/// Stops what a boot loader may have left running: the processor's timer, interrupts, trace.
pub fn quieten() {
    SYSTICK_CTRL.write(0);
    NVIC_ICER.write(!0);
    NVIC_ICPR.write(!0);
    DEMCR.change(TRACE, 0);
    MCUCTRL_TPIUCTRL.write(0);
}

/// Lets an interrupt of a peripheral through. `number` is below 32.
pub fn enable_interrupt(number: u8) {
    NVIC_ICPR.write(1 << number);
    NVIC_ISER.write(1 << number);
}

/// Sleeps until an interrupt has come, unless `is_ready` says that there is work. It may return early.
///
/// The question is asked with interrupts held back, so that none can come between answer and sleep; one that waits
/// ends the sleep all the same.
pub fn sleep_unless(is_ready: impl FnOnce() -> bool) {
    // SAFETY: interrupts are let through again below, on every path.
    unsafe { asm!("cpsid i", options(nostack)) };
    if !is_ready() {
        // With the trace port on, deep sleep would cut off its clock.
        if MCUCTRL_TPIUCTRL.read() & 1 == 0 {
            SCB_SCR.change(0, SLEEP_DEEPLY);
        }
        // SAFETY: a barrier; it changes no memory.
        unsafe { asm!("dsb", options(nostack)) };
        SYNC_READ.read();
        // SAFETY: the processor stops until an interrupt waits, and fetches anew.
        unsafe { asm!("wfi", "isb", options(nostack)) };
        SCB_SCR.change(SLEEP_DEEPLY, 0);
    }
    // SAFETY: the handlers share nothing with other code but atomics.
    unsafe { asm!("cpsie i", "isb", options(nostack)) };
}

/// Spends about `microseconds`, awake, at 48 MHz.
pub fn spin(microseconds: u32) {
    for _ in 0..microseconds.saturating_mul(12) {
        // SAFETY: nothing happens. The loop around it takes three more cycles.
        unsafe { asm!("nop", options(nomem, nostack)) };
    }
}

/// Resets the chip.
pub fn reset() -> ! {
    loop {
        SCB_AIRCR.write(0x05FA_0004);
    }
}
