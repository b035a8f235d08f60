//! The Cortex-M4F that QEMU emulates: vector table, semihosting, instruction counter.

#![no_std]

pub mod counter;
pub mod emulated;
pub mod semihosting;
pub mod stack;
mod wav;

use core::panic::PanicInfo;

use micro_runtime::log::Event;
use startup::LinkedRecord;
pub use startup::Vector;

/// Version of the firmware.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The vector table of a program with this record.
pub const fn vectors(record: &'static LinkedRecord) -> [Vector; 16] {
    startup::system_vectors(record, fault)
}

/// Gives a program its vector table, and a record that names the kernels with these codes.
#[macro_export]
macro_rules! program {
    ($kernels:expr, row_bytes: $row_bytes:expr, labels: $labels:expr) => {
        static RECORD: startup::LinkedRecord = startup::LinkedRecord::new(
            &micro_runtime::board::MPS2_AN386,
            $crate::VERSION,
            app::KERNEL_SET,
            $kernels,
            $row_bytes,
            $labels,
        );

        #[unsafe(export_name = "__vectors")]
        #[unsafe(link_section = ".vectors")]
        #[used]
        static VECTORS: [$crate::Vector; 16] = $crate::vectors(&RECORD);
    };
}

extern "C" fn fault() {
    semihosting::print(format_args!("fault: the processor stopped\n"));
    semihosting::exit(70);
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let (file, line) = info.location().map_or(("", 0), |place| (place.file(), place.line()));
    semihosting::print(format_args!("{}\n{}\n", Event::Panic { file, line }, info.message()));
    semihosting::exit(101)
}
