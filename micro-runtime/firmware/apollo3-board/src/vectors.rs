//! What the processor looks for by its place: the vector table.

use app::{MAXIMUM_LABELS, kernels};
use micro_runtime::board::Board;
use micro_runtime::board::firmware::ROW_BYTES;
use startup::{LinkedRecord, Vector};

const SYSTEM: usize = 16;
const INTERRUPTS: usize = 32;

/// Entries of the table.
pub const VECTORS: usize = SYSTEM + INTERRUPTS;

/// What the firmware of a board says about itself.
pub const fn record(board: &'static Board) -> LinkedRecord {
    LinkedRecord::new(
        board,
        env!("CARGO_PKG_VERSION"),
        app::KERNEL_SET,
        kernels::CODES,
        ROW_BYTES,
        MAXIMUM_LABELS as u32,
    )
}

/// The table: `handler` handles interrupt `number`, everything else that should not happen goes to `fault`.
pub const fn vectors(
    record: &'static LinkedRecord,
    fault: extern "C" fn(),
    number: u8,
    handler: extern "C" fn(),
) -> [Vector; VECTORS] {
    let system = startup::system_vectors(record, fault);
    let mut vectors = [Vector { handler: fault }; VECTORS];
    let mut index = 0;
    while index < SYSTEM {
        vectors[index] = system[index];
        index += 1;
    }
    vectors[SYSTEM + number as usize] = Vector { handler };
    vectors
}
