//! Runs a file of cases, and writes what they give to another: the host compares it with what it gives itself.
//!
//! `-semihosting-config arg=cases,arg=CASES,arg=RESULTS`. All numbers are little-endian words. A file of cases is a
//! run of cases until its end, each with its kind and the number of bytes that follow these two words:
//!
//! - kind 0, a model: the length of a Program, the Program, and then steps: a word that is 0 for a reset, or 1 for an
//!   invocation, behind which come the bytes of all inputs. Results: a word for each invocation, 0 behind which come
//!   the bytes of all outputs, or 1 when it failed. When the Program is refused, the only result is 2.
//! - kind 1, sound: samples. Results: for each feature row 1 and the row, and 0 behind the last.

#![no_std]
#![no_main]

use micro_runtime::frontend::FrontEnd;
use micro_runtime::interpreter::Interpreter;
use micro_runtime::kernels;
use micro_runtime::program::Program;
use mps2_an386::semihosting::{File, arguments, exit, print};

mps2_an386::program!(&[], row_bytes: 0, labels: 0);

/// The alignment of a Program and an arena.
const ALIGNMENT: usize = 16;

fn fail(what: &str) -> ! {
    print(format_args!("{what}\n"));
    exit(1)
}

/// Results on their way to a file.
struct Results<'m> {
    file: File,
    buffer: &'m mut [u8],
    used: usize,
}

impl Results<'_> {
    fn word(&mut self, word: u32) {
        word.to_le_bytes().into_iter().for_each(|byte| self.byte(byte));
    }

    fn byte(&mut self, byte: u8) {
        if self.used == self.buffer.len() {
            self.flush();
        }
        self.buffer[self.used] = byte;
        self.used += 1;
    }

    fn flush(&mut self) {
        if !self.file.write(&self.buffer[..self.used]) {
            fail("the results cannot be written");
        }
        self.used = 0;
    }
}

#[unsafe(no_mangle)]
extern "C" fn main() -> ! {
    let Some((memory, buffer)) = startup::memory().and_then(|memory| memory.split_last_chunk_mut()) else { exit(70) };
    let mut paths = arguments(buffer).split(' ').skip(1);
    let (cases, results) = (paths.next().unwrap_or_default(), paths.next().unwrap_or_default());
    let Some(mut cases) = File::read_from(cases) else { fail("the cases cannot be read") };
    let Some(results) = File::create(results) else { fail("the results cannot be created") };
    let (buffer, memory) = memory.split_at_mut(0x1_0000);
    let mut results = Results { file: results, buffer, used: 0 };
    loop {
        let mut head = [0; 8];
        if cases.read(&mut head) != head.len() {
            break;
        }
        let kind = word(&head);
        let bytes = word(&head[4..]) as usize;
        if bytes > memory.len() {
            fail("a case has more bytes than there is memory");
        }
        let (case, rest) = memory.split_at_mut(bytes.next_multiple_of(ALIGNMENT));
        let case = &mut case[..bytes];
        if cases.read(case) != bytes {
            fail("the last case is cut short");
        }
        match kind {
            0 => model(case, rest, &mut results),
            1 => sound(case, &mut results),
            _ => fail("a case of an unknown kind"),
        }
    }
    results.flush();
    exit(0)
}

/// The first word of `bytes`.
fn word(bytes: &[u8]) -> u32 {
    match bytes.first_chunk() {
        Some(word) => u32::from_le_bytes(*word),
        None => fail("a case is cut short"),
    }
}

/// Takes `count` bytes off the front.
fn take<'b>(bytes: &mut &'b [u8], count: usize) -> &'b [u8] {
    let Some((front, rest)) = bytes.split_at_checked(count) else { fail("a case is cut short") };
    *bytes = rest;
    front
}

fn model(case: &[u8], memory: &mut [u8], results: &mut Results<'_>) {
    let mut rest = case;
    let length = word(take(&mut rest, 4)) as usize;
    let bytes = take(&mut rest, length);
    if length.next_multiple_of(ALIGNMENT) > memory.len() {
        fail("a Program has more bytes than there is memory");
    }
    // To where a Program may start.
    let (program, arena) = memory.split_at_mut(length.next_multiple_of(ALIGNMENT));
    program[..length].copy_from_slice(bytes);
    let Ok(program) = Program::parse(&program[..length], kernels::all) else { return results.word(2) };
    let Ok(mut interpreter) = Interpreter::new(program, arena) else { return results.word(2) };
    while !rest.is_empty() {
        if word(take(&mut rest, 4)) == 0 {
            interpreter.reset();
            continue;
        }
        for (index, input) in program.inputs().iter().enumerate() {
            if !interpreter.set_input(index, take(&mut rest, input.operand.bytes as usize)) {
                fail("an input does not take its bytes");
            }
        }
        if interpreter.invoke().is_err() {
            results.word(1);
            continue;
        }
        results.word(0);
        for index in 0..program.outputs().len() {
            interpreter
                .output_bytes(index)
                .into_iter()
                .flat_map(|bytes| bytes.iter())
                .for_each(|byte| results.byte(byte));
        }
    }
}

fn sound(case: &mut [u8], results: &mut Results<'_>) {
    let samples: &mut [i16] = bytemuck::cast_slice_mut(case);
    let mut front_end = FrontEnd::new();
    let mut rest = &*samples;
    while let Some(row) = front_end.push(&mut rest) {
        results.word(1);
        row.into_iter().for_each(|feature| results.byte(feature as u8));
    }
    results.word(0);
}
