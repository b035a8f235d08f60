//! From reset to `main` on a Cortex-M4F: the vector table and what must be true before any Rust code runs.
//!
//! Nothing is taken from whoever jumped here: a boot loader may leave any stack, any vector table and interrupts
//! masked or not.

#![no_std]
#![warn(missing_docs)]

mod memory;
mod record;

pub use memory::{memory, program_slot};
pub use record::LinkedRecord;

use core::arch::global_asm;

use micro_runtime::board::firmware::RECORD_VECTOR;

/// An entry of the vector table.
#[derive(Clone, Copy)]
#[repr(C)]
pub union Vector {
    /// What runs when the exception comes.
    pub handler: unsafe extern "C" fn(),
    /// Where the firmware record lies.
    pub record: &'static LinkedRecord,
    /// The end of the stack.
    pub stack: *const u32,
    /// A reserved word.
    pub zero: usize,
}

// SAFETY: a vector is a constant in flash that only the processor reads.
unsafe impl Sync for Vector {}

unsafe extern "C" {
    safe static __stack_top: u32;
    fn reset();
}

/// The first 16 vectors: stack, reset, `fault` for everything that should not happen, and the firmware record.
pub const fn system_vectors(record: &'static LinkedRecord, fault: unsafe extern "C" fn()) -> [Vector; 16] {
    let fault = Vector { handler: fault };
    let zero = Vector { zero: 0 };
    let mut vectors = [fault; 16];
    vectors[0] = Vector { stack: &raw const __stack_top };
    vectors[1] = Vector { handler: reset };
    vectors[RECORD_VECTOR] = Vector { record };
    let mut reserved = 8;
    while reserved < 11 {
        vectors[reserved] = zero;
        reserved += 1;
    }
    vectors[13] = zero;
    vectors
}

global_asm!(
    ".section .reset, \"ax\"",
    ".global reset",
    ".type reset, %function",
    ".thumb_func",
    "reset:",
    "cpsid i",
    "ldr r0, =__stack_top",
    "msr msp, r0",
    // The vector table starts the firmware.
    "ldr r0, =__vectors",
    "ldr r1, =0xE000ED08",
    "str r0, [r1]",
    // Full access to the floating-point unit.
    "ldr r1, =0xE000ED88",
    "ldr r0, [r1]",
    "orr r0, r0, #0xF00000",
    "str r0, [r1]",
    "dsb",
    "isb",
    "ldr r0, =__data_start",
    "ldr r1, =__data_end",
    "ldr r2, =__data_load",
    "2: cmp r0, r1",
    "ittt lo",
    "ldrlo r3, [r2], #4",
    "strlo r3, [r0], #4",
    "blo 2b",
    "ldr r0, =__bss_start",
    "ldr r1, =__bss_end",
    "movs r2, #0",
    "3: cmp r0, r1",
    "itt lo",
    "strlo r2, [r0], #4",
    "blo 3b",
    "cpsie i",
    "bl main",
    "udf #0",
    ".ltorg",
    ".size reset, . - reset",
);
