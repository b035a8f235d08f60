//! The Ambiq Apollo3 Blue, as far as listening needs it. What a board adds is which pad does what.
//!
//! Nothing waits for ever: a status bit that never comes costs a bounded time, and the firmware goes on without it.
//! Unsafe code is in `flash`, [`registers`], [`processor`] and [`microphone`] only.

#![no_std]
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod clock;
mod flash;
pub mod microphone;
pub mod pads;
pub mod power;
pub mod processor;
pub mod registers;
pub mod serial;
pub mod watchdog;

/// Everything that no board changes: 48 MHz, cache, every block without power. Interrupts of peripherals are off.
pub fn start() {
    processor::quieten();
    clock::full_speed();
    clock::stop_crystal();
    power::everything_off();
    clock::cache();
    flash::save_power();
}
