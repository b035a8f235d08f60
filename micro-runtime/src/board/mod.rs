//! Facts about boards, one file each: what the linker, the flasher, the estimates and the firmware need to know.
//!
//! This is the only place where such a fact is written down. Linker scripts are generated from it, and the host asks
//! it; nobody keeps a copy.

pub mod firmware;

mod arduino_nano_33_ble;
mod artemis;
mod mps2_an386;
mod nucleo_f446re;
mod raspberry_pi_pico;
mod sparkfun_edge;
mod sparkfun_edge2;

pub use arduino_nano_33_ble::ARDUINO_NANO_33_BLE;
pub use artemis::ARTEMIS;
pub use mps2_an386::MPS2_AN386;
pub use nucleo_f446re::NUCLEO_F446RE;
pub use raspberry_pi_pico::RASPBERRY_PI_PICO;
pub use sparkfun_edge::SPARKFUN_EDGE;
pub use sparkfun_edge2::SPARKFUN_EDGE2;

/// Every board there is, in alphabetical order.
pub const ALL: [&Board; 7] =
    [&ARDUINO_NANO_33_BLE, &ARTEMIS, &MPS2_AN386, &NUCLEO_F446RE, &RASPBERRY_PI_PICO, &SPARKFUN_EDGE, &SPARKFUN_EDGE2];

/// The board with this name.
pub fn find(name: &str) -> Option<&'static Board> {
    ALL.into_iter().find(|board| board.name == name)
}

/// Addresses from `start` to before `start + bytes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first address.
    pub start: u32,
    /// The number of bytes.
    pub bytes: u32,
}

impl Range {
    /// The range from `start` to before `end`.
    pub const fn new(start: u32, end: u32) -> Range {
        assert!(start <= end);
        Range { start, bytes: end - start }
    }

    /// One past the last address.
    pub const fn end(&self) -> u32 {
        self.start + self.bytes
    }

    /// Whether `bytes` bytes from `start` lie inside.
    pub const fn holds(&self, start: u32, bytes: u32) -> bool {
        start >= self.start && bytes <= self.bytes && start - self.start <= self.bytes - bytes
    }
}

/// What the project has for a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// A firmware that listens to the board's own microphone.
    Microphone,
    /// A firmware that is fed with recorded sound, in an emulator.
    Emulated,
    /// No firmware: images are laid out and checked, for a firmware of the user's own.
    LayoutOnly,
}

/// How an image gets onto a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loader {
    /// The Ambiq Secure Bootloader, over a serial port.
    AmbiqSecureBootloader,
    /// The SparkFun Variable Loader, over a serial port.
    SparkfunVariableLoader,
    /// A debug probe, by serial wire debug.
    Probe,
    /// A file in UF2 format, copied onto the drive that the board shows.
    Uf2,
    /// An emulator that is started with the image.
    Qemu,
}

/// What the core can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Core {
    /// Armv6-M: neither DSP extension nor floating point.
    CortexM0Plus,
    /// Armv7E-M with the DSP extension and single-precision floating point.
    CortexM4F,
}

/// Power as the datasheet has it, for estimates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    /// Supply in volts at which the currents hold.
    pub supply_volts: f32,
    /// Current of the running core in microampere for each megahertz.
    pub active_microamperes_per_megahertz: f32,
    /// Current in microampere while the core sleeps and the sound source runs.
    pub sleep_microamperes: f32,
    /// Where the numbers come from.
    pub source: &'static str,
}

/// Everything about one board.
#[derive(Clone, Copy, Debug)]
pub struct Board {
    /// What `--board` takes.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The chip, by the name that debug probes know it.
    pub chip: &'static str,
    /// The core.
    pub core: Core,
    /// The clock in hertz that the firmware sets.
    pub clock_hz: u32,
    /// All of the flash.
    pub flash: Range,
    /// What an image may occupy; the rest of the flash belongs to bootloaders.
    pub application: Range,
    /// Bytes that the boot ROM wants before the vector table.
    pub boot_block_bytes: u32,
    /// Where the Program lies, inside of `application`: the firmware ends before it, so that either can be replaced
    /// without the other.
    pub program: Range,
    /// Bytes that are erased together. They start on multiples of it.
    pub page_bytes: u32,
    /// All of the memory.
    pub ram: Range,
    /// Ways to load an image; the first is the default.
    pub loaders: &'static [Loader],
    /// What there is for this board.
    pub support: Support,
    /// The sound source, for people.
    pub sound: &'static str,
    /// How detections show.
    pub lights: &'static str,
    /// Datasheet currents, when known.
    pub power: Option<Power>,
    /// The family id of UF2 files, where the board takes them.
    pub uf2_family: Option<u32>,
}

impl Board {
    /// Where the vector table of a firmware lies.
    pub const fn vectors(&self) -> u32 {
        self.application.start + self.boot_block_bytes
    }

    /// Where the firmware lies: the application range up to the Program.
    pub const fn firmware(&self) -> Range {
        Range::new(self.application.start, self.program.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_found() {
        assert!(ALL.is_sorted_by_key(|board| board.name));
        for board in ALL {
            assert_eq!(find(board.name).map(|found| found.name), Some(board.name));
        }
        assert!(find("toaster").is_none());
    }

    #[test]
    fn ranges_lie_inside_one_another_on_page_boundaries() {
        for board in ALL {
            assert!(board.flash.holds(board.application.start, board.application.bytes), "{}", board.name);
            assert!(board.application.holds(board.program.start, board.program.bytes), "{}", board.name);
            for address in [board.application.start, board.program.start, board.application.end()] {
                assert!(address.is_multiple_of(board.page_bytes), "{}: {address:#x}", board.name);
            }
            assert!(board.firmware().bytes > 0 && board.ram.bytes.is_multiple_of(8), "{}", board.name);
            assert!(!board.loaders.is_empty(), "{}", board.name);
        }
    }

    #[test]
    fn a_range_holds_what_is_inside() {
        let range = Range::new(0x100, 0x200);
        assert!(range.holds(0x100, 0x100) && range.holds(0x1ff, 1) && range.holds(0x200, 0));
        assert!(!range.holds(0xff, 1) && !range.holds(0x1ff, 2) && !range.holds(0x100, u32::MAX));
    }
}
