//! Power of the blocks and of the memory.

use crate::registers::{PWRCTRL_DEVPWREN, PWRCTRL_DEVPWRSTATUS, PWRCTRL_MEMPWDINSLEEP};

/// A block that can be switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// The first serial port.
    Uart0,
    /// The analogue converter.
    Adc,
    /// The receiver of digital microphones.
    Pdm,
}

/// Reads of the status that take longer than the 20 microseconds a block needs, whatever the clock.
const TRIES: u32 = 2_000;
/// Flash loses power in deep sleep: the reset value.
const FLASH_OFF_IN_SLEEP: u32 = 0x6000;

impl Block {
    const fn enable(self) -> u32 {
        match self {
            Block::Uart0 => 1 << 7,
            Block::Adc => 1 << 9,
            Block::Pdm => 1 << 12,
        }
    }

    /// The domain that the block lies in.
    const fn status(self) -> u32 {
        match self {
            Block::Uart0 => 1 << 2,
            Block::Adc => 1 << 5,
            Block::Pdm => 1 << 7,
        }
    }
}

/// Takes the power from every block that a boot loader may have left on.
pub fn everything_off() {
    PWRCTRL_DEVPWREN.write(0);
}

/// Gives power to a block and waits for it, for several times as long as it takes. Only then may its registers be
/// touched.
pub fn on(block: Block) {
    PWRCTRL_DEVPWREN.change(0, block.enable());
    PWRCTRL_DEVPWRSTATUS.wait(block.status(), block.status(), TRIES);
}

/// Whether a block was given power.
pub fn is_on(block: Block) -> bool {
    PWRCTRL_DEVPWREN.read() & block.enable() != 0
}

/// Lets the memory above its first `used_bytes` lose power in deep sleep.
pub fn keep_in_sleep(used_bytes: u32) {
    PWRCTRL_MEMPWDINSLEEP.write(FLASH_OFF_IN_SLEEP | banks_from(used_bytes));
}

/// The bits of the memory banks that start at `used_bytes` or above: three of 8, 24 and 32 KB, then ten of 32 KB.
const fn banks_from(used_bytes: u32) -> u32 {
    let mut bits = 0;
    let mut bank = 0;
    while bank < 13 {
        let start = match bank {
            0 => 0,
            1 => 8 * 1024,
            2 => 32 * 1024,
            bank => 64 * 1024 + (bank - 3) * 32 * 1024,
        };
        if start >= used_bytes {
            bits |= 1 << bank;
        }
        bank += 1;
    }
    bits
}

const _: () = {
    assert!(banks_from(1) == 0b1_1111_1111_1110);
    assert!(banks_from(8 * 1024) == 0b1_1111_1111_1110);
    assert!(banks_from(32 * 1024 + 1) == 0b1_1111_1111_1000);
    assert!(banks_from(100 * 1024) == 0b1_1111_1110_0000);
    assert!(banks_from(384 * 1024) == 0);
};
