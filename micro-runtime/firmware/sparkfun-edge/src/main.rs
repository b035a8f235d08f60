//! The firmware of the SparkFun Edge: words that its analogue microphone hears light its lights.

#![no_std]
#![no_main]
#![deny(unsafe_code)]

#[allow(unsafe_code)]
mod vectors {
    apollo3_board::firmware!(super::Edge, analogue);
}

use apollo3::microphone::{Microphone, analogue};
use apollo3_board::Wiring;
use micro_runtime::board::{Board, SPARKFUN_EDGE};

/// The board.
struct Edge;

impl Wiring for Edge {
    const FACTS: &'static Board = &SPARKFUN_EDGE;
    /// Yellow.
    const YES: u8 = 47;
    /// Red.
    const NO: u8 = 46;
    /// Blue.
    const HEARTBEAT: u8 = 37;
    /// Green.
    const DARK: &'static [u8] = &[44];

    fn listen() -> Microphone {
        analogue::start(analogue::Channel::Se1)
    }

    fn code(word: u32) -> Option<u16> {
        analogue::code(word)
    }
}
