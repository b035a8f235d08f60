//! What the linker script reserves: the place of the Program, and the memory that is left.

use core::slice::{from_raw_parts, from_raw_parts_mut};
use core::sync::atomic::{AtomicBool, Ordering};

unsafe extern "C" {
    safe static __program_start: u8;
    safe static __program_bytes: u8;
    safe static __memory_start: u8;
    safe static __memory_bytes: u8;
}

/// The flash that is kept for the Program, whatever is in it.
pub fn program_slot() -> &'static [u8] {
    let bytes = &raw const __program_bytes as usize;
    // SAFETY: the linker script keeps this part of the flash free of everything else, and nothing writes to flash while
    // the firmware runs.
    unsafe { from_raw_parts(&raw const __program_start, bytes) }
}

/// All memory above the variables, from a multiple of 16 bytes, holding whatever it held; the first time only.
pub fn memory() -> Option<&'static mut [u8]> {
    static IS_TAKEN: AtomicBool = AtomicBool::new(false);
    if IS_TAKEN.swap(true, Ordering::Relaxed) {
        return None;
    }
    let bytes = &raw const __memory_bytes as usize;
    // SAFETY: the linker script places nothing there, the bytes of memory are always some bytes, and the switch above
    // keeps this the only reference.
    Some(unsafe { from_raw_parts_mut((&raw const __memory_start).cast_mut(), bytes) })
}
