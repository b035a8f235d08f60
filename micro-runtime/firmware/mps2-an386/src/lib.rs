//! The Cortex-M4F that QEMU emulates: vector table, semihosting, instruction counter.

#![no_std]

pub mod counter;
pub mod semihosting;

use core::panic::PanicInfo;

use micro_runtime::board::firmware::{self, FirmwareRecord, padded};
use micro_runtime::board::{Board, MPS2_AN386};
use micro_runtime::program::KernelSet;
use startup::Vector;

const BOARD: Board = MPS2_AN386;

static RECORD: FirmwareRecord = FirmwareRecord {
    magic: firmware::MAGIC,
    format: firmware::FORMAT,
    board: padded(BOARD.name),
    version: padded(env!("CARGO_PKG_VERSION")),
    program_format: micro_runtime::program::record::FORMAT,
    kernel_set: KernelSet::Armv7em.code(),
    program_start: BOARD.program.start,
    program_bytes: BOARD.program.bytes,
    arena_bytes: 0,
    row_bytes: 0,
    labels: 0,
    kernels: 0,
    kernel_count: 0,
    reserved: 0,
};

#[unsafe(export_name = "__vectors")]
#[unsafe(link_section = ".vectors")]
#[used]
static VECTORS: [Vector; 16] = startup::system_vectors(&RECORD, fault);

extern "C" fn fault() {
    semihosting::print(format_args!("fault: the processor stopped\n"));
    semihosting::exit(70);
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    semihosting::print(format_args!("{info}\n"));
    semihosting::exit(101)
}
