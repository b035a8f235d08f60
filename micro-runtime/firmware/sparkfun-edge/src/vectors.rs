//! What the processor and the start-up code look for by place and name: the vector table and `main`.

#![allow(unsafe_code)]

use apollo3::microphone;
use app::{MAXIMUM_LABELS, kernels};
use micro_runtime::board::SPARKFUN_EDGE;
use micro_runtime::board::firmware::ROW_BYTES;
use startup::{LinkedRecord, Vector};

use crate::last_words;

static RECORD: LinkedRecord = LinkedRecord::new(
    &SPARKFUN_EDGE,
    env!("CARGO_PKG_VERSION"),
    app::KERNEL_SET,
    kernels::CODES,
    ROW_BYTES,
    MAXIMUM_LABELS as u32,
);

const SYSTEM: usize = 16;
const INTERRUPTS: usize = 32;

// SAFETY: the linker script puts the section at the start of the firmware, and the start-up code names the table.
#[unsafe(export_name = "__vectors")]
#[unsafe(link_section = ".vectors")]
#[used]
static VECTORS: [Vector; SYSTEM + INTERRUPTS] = {
    let system = startup::system_vectors(&RECORD, last_words::fault);
    let mut vectors = [Vector { handler: last_words::fault }; SYSTEM + INTERRUPTS];
    let mut index = 0;
    while index < SYSTEM {
        vectors[index] = system[index];
        index += 1;
    }
    vectors[SYSTEM + microphone::INTERRUPT as usize] = Vector { handler: microphone::interrupt };
    vectors
};

// SAFETY: the start-up code calls it by this name.
#[unsafe(no_mangle)]
extern "C" fn main() -> ! {
    crate::run()
}
