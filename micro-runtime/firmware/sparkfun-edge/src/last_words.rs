//! When the firmware has lost its way: say so, show it, start anew.

use core::fmt::Write;
use core::panic::PanicInfo;

use apollo3::serial::Serial;
use apollo3::{pads, processor};
use micro_runtime::log::{Event, write};

use crate::edge::RED;

/// How long the light shows it before the chip is reset.
const PAUSE_MICROSECONDS: u32 = 1_000_000;

/// The handler of everything that should not happen.
pub extern "C" fn fault() {
    finish(&Event::Panic { file: "fault of the processor", line: 0 }, None);
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let (file, line) = info.location().map_or(("", 0), |place| (place.file(), place.line()));
    finish(&Event::Panic { file, line }, Some(info))
}

/// One line for programs, and one for people.
fn finish(event: &Event<'_>, info: Option<&PanicInfo<'_>>) -> ! {
    pads::drive(RED, true);
    let mut serial = Serial::steal();
    // Nobody is left to tell that the port does not take it.
    let _ = write(&mut serial, event);
    if let Some(info) = info {
        let _ = writeln!(serial, "{}", info.message());
    }
    serial.finish();
    processor::spin(PAUSE_MICROSECONDS);
    processor::reset()
}
