//! The firmware of the SparkFun Edge: words that its microphone hears light its lights.

#![no_std]
#![no_main]
#![deny(unsafe_code)]

mod edge;
mod last_words;
mod vectors;

use app::{Firmware, kernels};
use edge::Edge;

const FIRMWARE: Firmware =
    Firmware { version: env!("CARGO_PKG_VERSION"), find: kernels::find, kernels: kernels::CODES };

/// Runs the application; it has no end.
fn run() -> ! {
    let memory = startup::memory().unwrap_or_default();
    let mut edge = Edge::start(memory.as_ptr() as u32);
    app::run(&mut edge, &FIRMWARE, startup::program_slot(), memory);
    apollo3::processor::reset()
}
