//! The keyword application: everything of the firmware that is not a register.
//!
//! A board brings samples, lights, a log and a watchdog ([`Board`]); the rest is the same on all of them.

#![no_std]

use core::fmt;

/// A light that a board may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Light {
    /// The yellow one: "yes".
    Yes,
    /// The red one: "no", and the code of a problem.
    No,
    /// The blue one: the firmware is alive.
    Heartbeat,
}

/// What the application needs of a board.
///
/// Text that is written to a board is the log of [`micro_runtime::log`]. Lines end with a line feed; where terminals
/// want a carriage return before it, the board adds it. Writing may wait for the wire, and never fails.
pub trait Board: fmt::Write {
    /// What is known about it.
    const FACTS: &'static micro_runtime::board::Board;

    /// Waits, asleep where the board can, for the next run of samples, and lends it to `hear`. False when there will
    /// be no more. The first call starts the microphone.
    fn listen(&mut self, hear: impl FnMut(&mut Self, &[i16])) -> bool;

    /// How many samples were lost since the last question, because the application was not done in time.
    fn lost_samples(&mut self) -> u32;

    /// Switches a light.
    fn light(&mut self, light: Light, is_on: bool);

    /// Tells the watchdog that all is well.
    fn feed_watchdog(&mut self);

    /// The next byte that somebody sent, if any.
    fn command(&mut self) -> Option<u8>;

    /// Waits, asleep where the board can, and keeps the watchdog content. False when waiting is of no use, as in an
    /// emulator.
    fn wait(&mut self, milliseconds: u32) -> bool;
}
