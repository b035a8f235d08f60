//! Any bytes, with a checksum that is right: `Program::parse` must refuse them, or running them stays inside.

#![no_main]

use libfuzzer_sys::fuzz_target;
use micro_runtime::interpreter::Interpreter;
use micro_runtime::kernels;
use micro_runtime::program::record::CHECKED_FROM;
use micro_runtime::program::{Program, crc32};
use tinyml::aligned::AlignedBytes;

/// What asks for a larger arena is parsed but not run.
const MAXIMUM_ARENA_BYTES: usize = 1 << 20;

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = AlignedBytes::from(bytes);
    if let Some(length) = bytes.get(8..12).and_then(|length| length.try_into().ok()).map(u32::from_le_bytes)
        && let Some(checksum) = bytes.get(CHECKED_FROM..length as usize).map(crc32)
    {
        bytes[12..16].copy_from_slice(&checksum.to_le_bytes());
    }
    let program = match Program::parse(&bytes, kernels::all) {
        Ok(program) => program,
        Err(error) => {
            let _ = error.to_string();
            return;
        }
    };
    let _ = (program.labels().count(), program.listening());
    if program.arena_bytes() > MAXIMUM_ARENA_BYTES {
        return;
    }
    let mut arena = AlignedBytes::zeroed(program.arena_bytes());
    let mut interpreter = Interpreter::new(program, &mut arena).unwrap();
    let _ = interpreter.invoke();
    for index in 0..program.outputs().len() {
        let _ = interpreter.output_bytes(index).unwrap().iter().count();
    }
});
