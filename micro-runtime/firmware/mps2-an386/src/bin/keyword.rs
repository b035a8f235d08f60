//! The keyword firmware: listens to a WAV, and writes to the console what it hears.
//!
//! `-semihosting-config arg=keyword,arg=SOUND.wav`, with a Program at its place in flash. `--verbose` before the file
//! asks for the scores of every result, `--stack` for the bytes of stack that were used, `--first` for the instructions
//! from here until the first samples are processed. Ends with 0 at the end of the sound, with the code of the problem when
//! there is no Program to run, and with 64 when the file is no such WAV.

#![no_std]
#![no_main]

use app::{End, Firmware, MAXIMUM_LABELS, kernels};
use micro_runtime::board::firmware::ROW_BYTES;
use mps2_an386::emulated::Emulated;
use mps2_an386::semihosting::{arguments, exit, print};
use mps2_an386::{VERSION, counter, stack};

mps2_an386::program!(kernels::CODES, row_bytes: ROW_BYTES, labels: MAXIMUM_LABELS as u32);

const FIRMWARE: Firmware = Firmware { version: VERSION, find: kernels::find, kernels: kernels::CODES };

#[unsafe(no_mangle)]
extern "C" fn main() -> ! {
    let Some((memory, buffer)) = startup::memory().and_then(|memory| memory.split_last_chunk_mut()) else { exit(70) };
    let mut path = arguments(buffer).split_once(' ').map_or("", |(_, rest)| rest);
    let mut commands: &[u8] = b"";
    let (mut is_measured, mut is_counted) = (false, false);
    while let Some((option, rest)) = path.split_once(' ') {
        match option {
            "--verbose" => commands = b"v",
            "--stack" => is_measured = true,
            "--first" => is_counted = true,
            _ => break,
        }
        path = rest;
    }
    let board = Emulated::new(path, commands);
    let mut board = match board {
        Ok(board) => board,
        Err(problem) => {
            print(format_args!("{path}: {problem}\n"));
            exit(64);
        }
    };
    if is_measured {
        stack::paint();
    }
    if is_counted {
        counter::start();
        board.count_from(counter::now());
    }
    let end = listen(&mut board, memory);
    if is_measured {
        print(format_args!("stack {}\n", stack::used()));
    }
    exit(match end {
        End::Silence => 0,
        End::Refused(problem) => problem.code(),
    })
}

/// Apart from `main`, so that its stack and not that of the arguments is measured.
#[inline(never)]
fn listen(board: &mut Emulated, memory: &mut [u8]) -> End {
    app::run(board, &FIRMWARE, startup::program_slot(), memory)
}
