//! Arm MPS2 with the image AN386: the Cortex-M4F that QEMU emulates.

use super::{Board, Core, Loader, Range, Support};

/// MPS2 AN386, as `qemu-system-arm -machine mps2-an386` has it.
pub const MPS2_AN386: Board = Board {
    name: "mps2-an386",
    title: "Arm MPS2 AN386 in QEMU",
    chip: "none",
    core: Core::CortexM4F,
    clock_hz: 25_000_000,
    // Memory, in truth; it is used as flash would be.
    flash: Range::new(0x0000_0000, 0x0040_0000),
    application: Range::new(0x0000_0000, 0x0040_0000),
    boot_block_bytes: 0,
    program: Range::new(0x0020_0000, 0x0040_0000),
    page_bytes: 4096,
    ram: Range::new(0x2000_0000, 0x2040_0000),
    loaders: &[Loader::Qemu],
    support: Support::Emulated,
    sound: "a WAV file, by semihosting",
    lights: "lines on the console",
    power: None,
    uf2_family: None,
};
