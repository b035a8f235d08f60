//! How much of the stack was used, by painting what is below and looking later how much of the paint is left.

const PAINT: u32 = 0xC5C5_C5C5;
/// Bytes below the caller's stack pointer that are left alone: the painter itself needs some.
const MARGIN: usize = 256;

unsafe extern "C" {
    safe static __stack_end: u32;
    safe static __stack_top: u32;
}

/// Paints the unused stack.
#[inline(never)]
pub fn paint() {
    let here = 0u32;
    let mut place = (&raw const __stack_end).cast_mut();
    let end = (&raw const here as usize - MARGIN) as *mut u32;
    while place < end {
        // SAFETY: this is the part of the stack that nothing uses now, far enough below this function's frame.
        unsafe {
            place.write_volatile(PAINT);
            place = place.add(1);
        }
    }
}

/// The bytes of the stack that were used since it was painted, to the deepest word.
pub fn used() -> usize {
    let top = &raw const __stack_top as usize;
    let mut place = &raw const __stack_end;
    // SAFETY: the stack ends far above the deepest word that was written, at which this stops.
    while unsafe { place.read_volatile() } == PAINT {
        place = unsafe { place.add(1) };
    }
    top - place as usize
}
