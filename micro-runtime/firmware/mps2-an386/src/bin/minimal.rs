//! The keyword firmware with the kernels of one model for sound, `micro_speech`, and no others: what it takes is what
//! a firmware for that model takes, however many kernels there are. Run it as `keyword`.

#![no_std]
#![no_main]

use app::{End, Firmware, MAXIMUM_LABELS};
use micro_runtime::board::firmware::ROW_BYTES;
use micro_runtime::kernels::{dsp, softmax};
use mps2_an386::emulated::Emulated;
use mps2_an386::semihosting::{arguments, exit};

micro_runtime::kernels! {
    /// A depthwise convolution of one channel, which is a convolution; FULLY_CONNECTED; SOFTMAX.
    fn find = [dsp::conv_2d::INT8, dsp::fully_connected::INT8, softmax::INT8];
    /// Their codes.
    const CODES;
}

mps2_an386::program!(CODES, row_bytes: ROW_BYTES, labels: MAXIMUM_LABELS as u32);

#[unsafe(no_mangle)]
extern "C" fn main() -> ! {
    let Some((memory, buffer)) = startup::memory().and_then(|memory| memory.split_last_chunk_mut()) else { exit(70) };
    let path = arguments(buffer).split_once(' ').map_or("", |(_, rest)| rest);
    let Ok(mut board) = Emulated::new(path, b"") else { exit(64) };
    let firmware = Firmware { version: mps2_an386::VERSION, find, kernels: CODES };
    match app::run(&mut board, &firmware, startup::program_slot(), memory) {
        End::Silence => exit(0),
        End::Refused(problem) => exit(problem.code()),
    }
}
