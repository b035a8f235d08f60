//! Arduino Nano 33 BLE Sense: nRF52840 with a PDM microphone.

use super::{Board, Core, Loader, Range, Support};

/// Arduino Nano 33 BLE Sense.
pub const ARDUINO_NANO_33_BLE: Board = Board {
    name: "arduino-nano-33-ble",
    title: "Arduino Nano 33 BLE Sense",
    chip: "nRF52840_xxAA",
    core: Core::CortexM4F,
    clock_hz: 64_000_000,
    flash: Range::new(0x0000_0000, 0x0010_0000),
    // Below lies the Arduino bootloader.
    application: Range::new(0x0001_0000, 0x0010_0000),
    boot_block_bytes: 0,
    program: Range::new(0x0003_0000, 0x0010_0000),
    page_bytes: 4096,
    ram: Range::new(0x2000_0000, 0x2004_0000),
    loaders: &[Loader::Probe],
    support: Support::LayoutOnly,
    sound: "PDM microphone (clock P0.26, data P0.25)",
    lights: "LED on P0.13",
    power: None,
    uf2_family: Some(0xada5_2840),
};
