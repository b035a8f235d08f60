//! ST Nucleo-F446RE: STM32F446 with an on-board debug probe, no microphone.

use super::{Board, Core, Loader, Range, Support};

/// ST Nucleo-F446RE.
pub const NUCLEO_F446RE: Board = Board {
    name: "nucleo-f446re",
    title: "ST Nucleo-F446RE",
    chip: "STM32F446RETx",
    core: Core::CortexM4F,
    clock_hz: 180_000_000,
    flash: Range::new(0x0800_0000, 0x0808_0000),
    application: Range::new(0x0800_0000, 0x0808_0000),
    boot_block_bytes: 0,
    program: Range::new(0x0804_0000, 0x0808_0000),
    // Sectors are of 16, 64 and 128 KB: the greatest, on which the Program starts.
    page_bytes: 131_072,
    ram: Range::new(0x2000_0000, 0x2002_0000),
    loaders: &[Loader::Probe],
    support: Support::LayoutOnly,
    sound: "none on the board",
    lights: "LD2 on PA5",
    power: None,
    uf2_family: Some(0x5775_5a57),
};
