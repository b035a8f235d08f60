//! Counts the instructions that a Program takes: parsing, what of it has to be done before the first sample, an
//! invocation, and each op of it.
//!
//! `-semihosting-config arg=count,arg=MODEL.program`, with `-icount shift=0`.

#![no_std]
#![no_main]

use core::ptr::addr_of_mut;

use micro_runtime::interpreter::Interpreter;
use micro_runtime::kernels;
use micro_runtime::program::Program;
use mps2_an386::semihosting::{File, arguments, exit, print};
use mps2_an386::{counter, semihosting};

mps2_an386::program!(&[], row_bytes: 0, labels: 0);

#[repr(C, align(16))]
struct Memory<const BYTES: usize>([u8; BYTES]);

#[unsafe(link_section = ".uninit")]
static mut PROGRAM: Memory<0x10_0000> = Memory([0; 0x10_0000]);
#[unsafe(link_section = ".uninit")]
static mut ARENA: Memory<0x10_0000> = Memory([0; 0x10_0000]);

fn fail(message: core::fmt::Arguments<'_>) -> ! {
    semihosting::print(message);
    exit(1)
}

#[unsafe(no_mangle)]
extern "C" fn main() -> ! {
    let mut buffer = [0; 1024];
    let path = arguments(&mut buffer).split(' ').nth(1).unwrap_or_default();
    let Some(mut file) = File::read_from(path) else { fail(format_args!("{path}: cannot be read\n")) };
    // SAFETY: nothing else refers to these statics.
    let (program, arena) = unsafe { (&mut (*addr_of_mut!(PROGRAM)).0, &mut (*addr_of_mut!(ARENA)).0) };
    let length = file.read(program);
    counter::start();
    let start = counter::now();
    let parsed = Program::parse(&program[..length], kernels::all);
    let parse = start.elapsed();
    let start = counter::now();
    let structure =
        Program::parse_before_checksum(&program[..length], kernels::all).map(|_| start.elapsed()).unwrap_or(0);
    let program = match parsed {
        Ok(program) => program,
        Err(error) => fail(format_args!("{path}: {error}\n")),
    };
    let start = counter::now();
    let mut interpreter = match Interpreter::new(program, arena) {
        Ok(interpreter) => interpreter,
        Err(error) => fail(format_args!("{path}: {error}\n")),
    };
    let reset = start.elapsed();
    for input in 0..program.inputs().len() {
        let bytes = program.inputs()[input].operand.bytes as usize;
        static ZEROS: [u8; 0x4_0000] = [0; 0x4_0000];
        let _ = interpreter.set_input(input, &ZEROS[..bytes]);
    }
    let start = counter::now();
    let mut outcome = interpreter.invoke();
    let invoke = start.elapsed();
    print(format_args!("parse {parse}\nstructure {structure}\nreset {reset}\ninvoke {invoke}\n"));
    let mut start = counter::now();
    outcome = outcome.and(interpreter.invoke_observed(|interpreter, index| {
        let elapsed = start.elapsed();
        let code = interpreter.program().ops()[index as usize].kernel;
        let name = kernels::all(code).map_or("", |kernel| kernel.name);
        print(format_args!("op {index} {elapsed} {name}\n"));
        start = counter::now();
    }));
    match outcome {
        Ok(()) => exit(0),
        Err(error) => fail(format_args!("{path}: {error}\n")),
    }
}
