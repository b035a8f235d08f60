//! The firmware record as the linker fills it in.

use micro_runtime::board::Board;
use micro_runtime::board::firmware::{FORMAT, FirmwareRecord, MAGIC, padded};
use micro_runtime::program::KernelSet;
use micro_runtime::program::record::FORMAT as PROGRAM_FORMAT;

/// A [`FirmwareRecord`] with what only the linker knows: addresses, and how much memory is left.
#[repr(C)]
pub struct LinkedRecord {
    magic: [u8; 4],
    format: u32,
    board: [u8; 32],
    version: [u8; 16],
    program_format: u32,
    kernel_set: u32,
    program_start: u32,
    program_bytes: u32,
    arena_bytes: *const u8,
    row_bytes: u32,
    labels: u32,
    kernels: *const u32,
    kernel_count: u32,
    reserved: u32,
}

const _: () = {
    use core::mem::offset_of;
    assert!(size_of::<LinkedRecord>() == size_of::<FirmwareRecord>());
    assert!(offset_of!(LinkedRecord, arena_bytes) == offset_of!(FirmwareRecord, arena_bytes));
    assert!(offset_of!(LinkedRecord, labels) == offset_of!(FirmwareRecord, labels));
    assert!(offset_of!(LinkedRecord, kernels) == offset_of!(FirmwareRecord, kernels));
    assert!(offset_of!(LinkedRecord, kernel_count) == offset_of!(FirmwareRecord, kernel_count));
};

// SAFETY: a record is a constant in flash; its pointers are never followed on the chip.
unsafe impl Sync for LinkedRecord {}

unsafe extern "C" {
    safe static __arena_bytes: u8;
}

impl LinkedRecord {
    /// The record of a firmware that links the kernels with these codes. `row_bytes` is 0 when it does not take sound.
    pub const fn new(
        board: &Board,
        version: &str,
        kernel_set: KernelSet,
        kernels: &'static [u32],
        row_bytes: u32,
        labels: u32,
    ) -> LinkedRecord {
        LinkedRecord {
            magic: MAGIC,
            format: FORMAT,
            board: padded(board.name),
            version: padded(version),
            program_format: PROGRAM_FORMAT,
            kernel_set: kernel_set.code(),
            program_start: board.program.start,
            program_bytes: board.program.bytes,
            arena_bytes: &raw const __arena_bytes,
            row_bytes,
            labels,
            kernels: kernels.as_ptr(),
            kernel_count: kernels.len() as u32,
            reserved: 0,
        }
    }
}
