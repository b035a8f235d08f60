//! SparkFun Edge 2 (DEV-15420): Ambiq Apollo3 Blue with two PDM microphones.

use super::sparkfun_edge::APOLLO3_POWER;
use super::{Board, Core, Loader, Range, Support};

/// SparkFun Edge 2.
pub const SPARKFUN_EDGE2: Board = Board {
    name: "sparkfun-edge2",
    title: "SparkFun Edge 2",
    chip: "AMA3B1KK-KBR",
    core: Core::CortexM4F,
    clock_hz: 48_000_000,
    flash: Range::new(0x0000_0000, 0x0010_0000),
    // Below lie the Ambiq Secure Bootloader and the SparkFun Variable Loader.
    application: Range::new(0x0001_0000, 0x000f_c000),
    boot_block_bytes: 0,
    program: Range::new(0x0003_0000, 0x000f_c000),
    page_bytes: 8192,
    ram: Range::new(0x1000_0000, 0x1006_0000),
    loaders: &[Loader::SparkfunVariableLoader, Loader::Probe],
    support: Support::Microphone,
    sound: "left PDM microphone (clock 12, data 29)",
    lights: "yellow (37) on \"yes\", red (19) on \"no\", blue (18) heartbeat",
    power: Some(APOLLO3_POWER),
    uf2_family: None,
};
