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
    /// The red one: "no".
    No,
    /// The blue one: the firmware is alive.
    Heartbeat,
}

/// What the application needs of a board.
pub trait Board: fmt::Write {
    /// Waits, asleep where the board can, for the next run of samples, and lends it to `hear`. False when there will
    /// be no more.
    fn listen(&mut self, hear: impl FnMut(&mut Self, &[i16])) -> bool;

    /// Switches a light.
    fn light(&mut self, light: Light, is_on: bool);

    /// Tells the watchdog that all is well.
    fn feed_watchdog(&mut self);

    /// The next byte that somebody sent, if any.
    fn command(&mut self) -> Option<u8>;
}
