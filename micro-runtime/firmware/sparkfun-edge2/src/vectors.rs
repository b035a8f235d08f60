//! What the processor and the start-up code look for by place and name: the vector table and `main`.

#![allow(unsafe_code)]

use core::panic::PanicInfo;

use apollo3::microphone::pdm as microphone;
use apollo3_board::{VECTORS, Wiring, finish};
use startup::{LinkedRecord, Vector};

use crate::Edge2;

static RECORD: LinkedRecord = apollo3_board::record(Edge2::FACTS);

// SAFETY: the linker script puts the section at the start of the firmware, and the start-up code names the table.
#[unsafe(export_name = "__vectors")]
#[unsafe(link_section = ".vectors")]
#[used]
static TABLE: [Vector; VECTORS] = apollo3_board::vectors(&RECORD, fault, microphone::INTERRUPT, microphone::interrupt);

/// The handler of everything that should not happen.
extern "C" fn fault() {
    finish(Edge2::NO, None)
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    finish(Edge2::NO, Some(info))
}

// SAFETY: the start-up code calls it by this name.
#[unsafe(no_mangle)]
extern "C" fn main() -> ! {
    apollo3_board::run::<Edge2>()
}
