//! The keyword application: everything of the firmware that is not a register.
//!
//! A board brings samples, lights, a log and a watchdog ([`Board`]); the rest is the same on all of them.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod kernels;
mod lights;
mod listener;
mod problem;
mod report;
mod text;

pub use listener::MAXIMUM_LABELS;
pub use problem::Problem;

use core::fmt;

use listener::Listener;
use micro_runtime::kernels::Kernel;
use micro_runtime::log::{Event, write};
use micro_runtime::program::KernelSet;
use problem::Refused;
use text::Text;

/// The kernel set that the firmware prefers Programs for. It runs those of any set whose kernels it links.
pub const KERNEL_SET: KernelSet = KernelSet::Armv7em;

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

    /// How many bytes of the memory that was lent are in use, from its start: the rest may lose what it holds.
    fn uses_memory(&mut self, _bytes: usize) {}
}

/// What a firmware brings beside its board.
#[derive(Clone, Copy)]
pub struct Firmware {
    /// Its version.
    pub version: &'static str,
    /// The kernels that it links.
    pub find: fn(u32) -> Option<&'static Kernel>,
    /// The codes of these.
    pub kernels: &'static [u32],
}

/// Why the application came to an end, which it does in emulators only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The sound is over.
    Silence,
    /// There was nothing to run.
    Refused(Problem),
}

/// Listens with the Program in `slot`, which starts on a multiple of 16 bytes, and shows what it hears.
///
/// `memory` starts on a multiple of 16 bytes too; what the Program needs of it is used. When there is no Program that
/// can be run, the log says why and the light blinks the code of the [`Problem`].
pub fn run<B: Board>(board: &mut B, firmware: &Firmware, slot: &[u8], memory: &mut [u8]) -> End {
    for light in [Light::Yes, Light::No, Light::Heartbeat] {
        board.light(light, false);
    }
    let refused = match Listener::new(firmware, slot, memory) {
        Ok(mut listener) => {
            board.uses_memory(listener.memory_bytes());
            let mut outcome = Ok(());
            while outcome.is_ok() && board.listen(|board, samples| outcome = listener.hear(board, samples)) {}
            match outcome {
                Ok(()) => return End::Silence,
                Err(refused) => refused,
            }
        }
        Err(refused) => refused,
    };
    refuse(board, firmware, &refused)
}

/// Says why there is nothing to run, by log and light, as long as waiting is of use.
fn refuse<B: Board>(board: &mut B, firmware: &Firmware, refused: &Refused) -> End {
    /// How often the light blinks its code between two reports on the log.
    const ROUNDS: u32 = 4;
    let code = refused.problem().code();
    let message = Text::of(refused);
    report::boot(board, firmware);
    loop {
        say(board, &Event::Refused { code, message: message.as_str() });
        for _ in 0..ROUNDS {
            for _ in 0..code {
                board.light(Light::No, true);
                let mut may_wait = board.wait(200);
                board.light(Light::No, false);
                may_wait &= board.wait(300);
                if !may_wait {
                    return End::Refused(refused.problem());
                }
            }
            board.wait(1200);
        }
    }
}

/// Writes a line to the log.
fn say(board: &mut impl Board, event: &Event<'_>) {
    // A board's writing does not fail.
    let _ = write(board, event);
}
