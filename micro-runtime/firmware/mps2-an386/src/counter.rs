//! Counting instructions: with `-icount shift=0` QEMU's virtual time is a nanosecond for each.

/// Virtual nanoseconds of one tick of the timer, which runs at 25 MHz: instructions come in multiples of it.
pub const INSTRUCTIONS_PER_TICK: u32 = 40;

const CONTROL: *mut u32 = 0xE000_E010 as *mut u32;
const RELOAD: *mut u32 = 0xE000_E014 as *mut u32;
const CURRENT: *mut u32 = 0xE000_E018 as *mut u32;
const MASK: u32 = 0x00FF_FFFF;

/// Starts the counter. Counts longer than 670 million instructions wrap.
pub fn start() {
    // SAFETY: SysTick is at these addresses on every Cortex-M4, and nothing else here uses it.
    unsafe {
        RELOAD.write_volatile(MASK);
        CURRENT.write_volatile(0);
        CONTROL.write_volatile(0b101);
    }
}

/// A point in time.
#[derive(Clone, Copy, Debug)]
pub struct Moment(u32);

/// Now.
pub fn now() -> Moment {
    // SAFETY: reading SysTick's current value has no side effect.
    Moment(unsafe { CURRENT.read_volatile() })
}

impl Moment {
    /// Instructions since then, a multiple of [`INSTRUCTIONS_PER_TICK`].
    pub fn elapsed(self) -> u32 {
        (self.0.wrapping_sub(now().0) & MASK) * INSTRUCTIONS_PER_TICK
    }
}
