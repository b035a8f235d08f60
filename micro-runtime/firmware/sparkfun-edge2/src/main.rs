//! The firmware of the SparkFun Edge 2: words that its left digital microphone hears light its lights.

#![no_std]
#![no_main]
#![deny(unsafe_code)]

#[allow(unsafe_code)]
mod vectors {
    apollo3_board::firmware!(super::Edge2, pdm);
}

use apollo3::microphone::{Microphone, pdm};
use apollo3_board::Wiring;
use micro_runtime::board::{Board, SPARKFUN_EDGE2};

/// The board.
struct Edge2;

impl Wiring for Edge2 {
    const FACTS: &'static Board = &SPARKFUN_EDGE2;
    /// Yellow.
    const YES: u8 = 37;
    /// Red.
    const NO: u8 = 19;
    /// Blue.
    const HEARTBEAT: u8 = 18;
    /// Green.
    const DARK: &'static [u8] = &[17];

    fn listen() -> Microphone {
        pdm::start()
    }

    fn code(word: u32) -> Option<u16> {
        Some(pdm::code(word))
    }
}
