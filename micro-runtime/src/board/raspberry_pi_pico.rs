//! Raspberry Pi Pico: RP2040, two Cortex-M0+ cores, no microphone.

use super::{Board, Core, Loader, Range, Support};

/// Raspberry Pi Pico.
pub const RASPBERRY_PI_PICO: Board = Board {
    name: "raspberry-pi-pico",
    title: "Raspberry Pi Pico",
    chip: "RP2040",
    core: Core::CortexM0Plus,
    clock_hz: 125_000_000,
    flash: Range::new(0x1000_0000, 0x1020_0000),
    application: Range::new(0x1000_0000, 0x1020_0000),
    boot_block_bytes: 256,
    program: Range::new(0x1010_0000, 0x1020_0000),
    page_bytes: 4096,
    ram: Range::new(0x2000_0000, 0x2004_2000),
    loaders: &[Loader::Uf2, Loader::Probe],
    support: Support::LayoutOnly,
    sound: "none on the board",
    lights: "LED on GPIO 25",
    power: None,
    uf2_family: Some(0xe48b_ff56),
};
