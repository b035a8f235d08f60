//! What every way onto a board has in common: events on the way, errors at the end, and who may stop it.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

use super::port::PortError;
use super::swd::ProbeFault;
use super::words::{address, bytes};

/// A part of the work, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Finding the loader and agreeing with it.
    Connect,
    /// Erasing pages.
    Erase,
    /// Sending the image.
    Write,
    /// Comparing what is on the board with what was sent.
    Verify,
    /// The board puts the image in its place and starts it.
    Install,
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Stage::Connect => "connect",
            Stage::Erase => "erase",
            Stage::Write => "write",
            Stage::Verify => "verify",
            Stage::Install => "install",
        })
    }
}

/// What happens on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A stage starts; `bytes` are to be done in it, 0 where that says nothing.
    Start {
        /// The stage.
        stage: Stage,
        /// Its size.
        bytes: u64,
    },
    /// So many bytes of the stage are done.
    Progress {
        /// The stage.
        stage: Stage,
        /// What is done of it.
        bytes: u64,
    },
    /// The stage is over.
    End {
        /// The stage.
        stage: Stage,
    },
    /// No loader has answered for so long; it is asked again at this rate.
    Waiting {
        /// Since the start of the stage.
        waited: Duration,
        /// How long it will be asked altogether.
        limit: Duration,
        /// Bits a second.
        baud: u32,
    },
    /// The loader answered.
    Connected {
        /// What it says about itself.
        loader: String,
        /// Bits a second.
        baud: u32,
    },
    /// The button may be let go.
    Receiving,
    /// Something went wrong and is mended.
    Trouble(String),
}

/// Sees what happens, and may stop it.
pub trait Watch {
    /// Something happened.
    fn event(&mut self, event: Event);

    /// Whether to stop as soon as the board can be left.
    fn stopped(&self) -> bool {
        false
    }
}

/// Sees nothing and stops nothing.
pub struct Unwatched;

impl Watch for Unwatched {
    fn event(&mut self, _: Event) {}
}

/// In which state a board was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardState {
    /// As it was.
    Untouched,
    /// Parts of an update lie above the running image, or over its end; the bootloader is whole.
    Staged,
    /// The image is incomplete; the bootloader is whole.
    Incomplete,
    /// The image was received whole and checked; whether it was put in its place is not known.
    Unconfirmed,
}

impl BoardState {
    /// The state in a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            BoardState::Untouched => "nothing on the board was changed",
            BoardState::Staged => {
                "the bootloader is whole; the old image is too, unless it was larger than 80 KB (0x0002_0000)"
            }
            BoardState::Incomplete => "the image on the board is incomplete and will not run; the bootloader is whole",
            BoardState::Unconfirmed => "the board has received the whole image, but did not confirm that it starts it",
        }
    }

    /// What to do about it.
    pub const fn recovery(self) -> &'static str {
        match self {
            BoardState::Untouched => "run the same command again when you are ready",
            BoardState::Staged | BoardState::Incomplete => {
                "run the same command again: the bootloader takes a new image at any time"
            }
            BoardState::Unconfirmed => {
                "press RST; when the firmware does not start within some seconds, run the same command again"
            }
        }
    }
}

/// Why an image did not get onto the board.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TransportError {
    /// The port failed.
    #[error("{0}")]
    Port(#[from] PortError),
    /// No loader answered.
    #[error("no bootloader answered within {} s at {}", waited.as_secs(), rates(bauds))]
    NoAnswer {
        /// How long it was asked.
        waited: Duration,
        /// The rates tried.
        bauds: Vec<u32>,
    },
    /// The loader went silent.
    #[error("the bootloader went silent: {what} had no answer within {:.1} s, {tries} times", waited.as_secs_f32())]
    Silent {
        /// What was not answered.
        what: String,
        /// How long each answer was waited for.
        waited: Duration,
        /// How often.
        tries: u32,
    },
    /// The whole took longer than it may.
    #[error("not done within {} s, the limit for this image", limit.as_secs())]
    Limit {
        /// The limit.
        limit: Duration,
    },
    /// The loader refused.
    #[error("the bootloader refused {what}: {reason}")]
    Refused {
        /// What it refused.
        what: String,
        /// Why, in its words.
        reason: String,
    },
    /// The line is too bad.
    #[error("{what} was damaged on the line {tries} times")]
    Damaged {
        /// What was damaged.
        what: String,
        /// How often.
        tries: u32,
    },
    /// The loader takes less.
    #[error("{} needed, the bootloader receives {} at most", bytes(*needed), bytes(*available))]
    TooLarge {
        /// Bytes of the image with its header.
        needed: u64,
        /// The most that the loader takes.
        available: u64,
    },
    /// What was read back is not what was sent.
    #[error("{} holds 0x{found:02x}, 0x{expected:02x} was sent", address(*at))]
    Mismatch {
        /// The first address that differs.
        at: u32,
        /// What is there.
        found: u8,
        /// What was sent.
        expected: u8,
    },
    /// A debug probe did not do it.
    #[error("{0}")]
    Probe(#[from] ProbeFault),
    /// Somebody stopped it.
    #[error("interrupted")]
    Interrupted,
}

/// `921600, 460800 and 115200 baud`.
fn rates(bauds: &[u32]) -> String {
    let texts: Vec<String> = bauds.iter().map(u32::to_string).collect();
    match texts.as_slice() {
        [] => "any rate".to_string(),
        [one] => format!("{one} baud"),
        [all @ .., last] => format!("{} and {last} baud", all.join(", ")),
    }
}

/// An error, and what it means for the board.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{error}")]
pub struct Failed {
    /// What went wrong.
    pub error: TransportError,
    /// In which state the board is.
    pub state: BoardState,
}

/// A finished transfer in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Installed {
    /// Bits a second.
    pub baud: u32,
    /// Every byte that was sent, hand-shake and repetitions included.
    pub bytes_sent: u64,
    /// Messages that were sent again.
    pub repeated: u32,
    /// Sessions that were begun.
    pub sessions: u32,
    /// From the first byte to the last answer.
    pub time: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_read_as_a_list() {
        assert_eq!(rates(&[]), "any rate");
        assert_eq!(rates(&[9600]), "9600 baud");
        assert_eq!(rates(&[921_600, 460_800, 115_200]), "921600, 460800 and 115200 baud");
    }
}
