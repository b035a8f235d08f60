//! SparkFun Edge (DEV-15170): Ambiq Apollo3 Blue with two analogue microphones.

use super::{Board, Core, Loader, Power, Range, Support};

/// Apollo3 Blue in deep sleep and at work; the microphones and their amplifiers are not part of it.
pub(super) const APOLLO3_POWER: Power = Power {
    supply_volts: 3.3,
    active_microamperes_per_megahertz: 6.0,
    sleep_microamperes: 60.0,
    source: "Apollo3 Blue datasheet: 6 uA/MHz from flash at 3.3 V; asleep with the 48 MHz oscillator, timer and ADC on",
};

/// SparkFun Edge.
pub const SPARKFUN_EDGE: Board = Board {
    name: "sparkfun-edge",
    title: "SparkFun Edge",
    chip: "AMA3B1KK-KBR",
    core: Core::CortexM4F,
    clock_hz: 48_000_000,
    flash: Range::new(0x0000_0000, 0x0010_0000),
    // Below lies the Ambiq Secure Bootloader, above the page where it keeps the descriptor of an update.
    application: Range::new(0x0000_c000, 0x000f_c000),
    boot_block_bytes: 0,
    program: Range::new(0x0003_c000, 0x000f_c000),
    page_bytes: 8192,
    ram: Range::new(0x1000_0000, 0x1006_0000),
    loaders: &[Loader::AmbiqSecureBootloader, Loader::Probe],
    support: Support::Microphone,
    sound: "analogue microphone MIC1 on the ADC (SE1)",
    lights: "yellow (47) on \"yes\", red (46) on \"no\", blue (37) heartbeat",
    power: Some(APOLLO3_POWER),
    uf2_family: None,
};
