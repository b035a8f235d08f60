//! When the firmware has lost its way: say so, show it, start anew.

use core::fmt::Write;
use core::panic::PanicInfo;

use apollo3::serial::Serial;
use apollo3::{pads, processor};
use micro_runtime::log::{Event, write};

/// How long the light shows it before the chip is reset.
const PAUSE_MICROSECONDS: u32 = 1_000_000;

/// Lights `light` and resets the chip, after one line for programs, and one for people. `info` is `None` for a fault of
/// the processor.
pub fn finish(light: u8, info: Option<&PanicInfo<'_>>) -> ! {
    pads::drive(light, true);
    let mut serial = Serial::steal();
    let event = match info {
        None => Event::Panic { file: "fault of the processor", line: 0 },
        Some(info) => {
            let (file, line) = info.location().map_or(("", 0), |place| (place.file(), place.line()));
            Event::Panic { file, line }
        }
    };
    // Nobody is left to tell that the port does not take it.
    let _ = write(&mut serial, &event);
    if let Some(info) = info {
        let _ = writeln!(serial, "{}", info.message());
    }
    serial.finish();
    processor::spin(PAUSE_MICROSECONDS);
    processor::reset()
}
