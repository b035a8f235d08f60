//! Programs as source text: C and C++ compilers and rustc take it without a warning, and it holds the same bytes.

mod support;

/// What `tinyml compile --format rust` writes for a small model; `UPDATE_SOURCE=1 cargo test --test source` writes it.
#[path = "source/fully_connected.rs"]
mod fully_connected;

use std::path::Path;
use std::process::Command;

use micro_runtime::arena::ALIGNMENT;
use micro_runtime::interpreter::Interpreter;
use micro_runtime::kernels;
use micro_runtime::program::Program;
use tinyml::aligned::AlignedBytes;
use tinyml::compile::{Compiled, Options, compile, source};
use tinyml::model::Model;

fn model() -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/models/yes_no.tflite")).unwrap()
}

fn compiled(bytes: &[u8]) -> Compiled {
    compile(&Model::read(bytes).unwrap(), &Options::default()).unwrap()
}

/// Runs a tool. Without it the test is skipped, except in CI.
fn run(command: &mut Command) -> Option<String> {
    match command.output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && text.is_empty(), "{command:?}: {}\n{text}", output.status);
            Some(String::from_utf8(output.stdout).unwrap())
        }
        Err(error) if std::env::var("CI").as_deref() == Ok("true") => panic!("{command:?}: {error}"),
        Err(error) => {
            eprintln!("skipped: {command:?}: {error}");
            None
        }
    }
}

const MAIN: &str = r#"
#include <stdint.h>
#include <stdio.h>
#ifdef __cplusplus
extern "C" {
#endif
extern const unsigned char yes_no_program[];
extern const unsigned int yes_no_program_len;
extern const unsigned int yes_no_arena_len;
#ifdef __cplusplus
}
#endif
int main(void) {
    unsigned int sum = 0;
    for (unsigned int i = 0; i < yes_no_program_len; ++i) sum = sum * 31u + yes_no_program[i];
    printf("%u %u %u %u\n", yes_no_program_len, yes_no_arena_len, sum, (unsigned int)((uintptr_t)yes_no_program % 16u));
    return 0;
}
"#;

#[test]
fn c_and_cpp_compilers_take_the_array() {
    let bytes = model();
    let compiled = compiled(&bytes);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let text = source::c(&compiled, "yes_no", "yes_no.tflite");
    let sum = compiled.bytes.iter().fold(0_u32, |sum, &byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let expected = format!("{} {} {sum} 0\n", compiled.bytes.len(), compiled.arena_bytes);
    for (compiler, standard, ending) in
        [("gcc", "-std=c11", "c"), ("g++", "-std=c++11", "cc"), ("g++", "-std=c++20", "cc")]
    {
        let (array, main, program) =
            (path(&format!("array.{ending}")), path(&format!("main.{ending}")), path("program"));
        std::fs::write(&array, &text).unwrap();
        std::fs::write(&main, MAIN).unwrap();
        let mut command = Command::new(compiler);
        command.args([standard, "-Wall", "-Wextra", "-pedantic"]).args([&array, &main]).arg("-o").arg(&program);
        if run(&mut command).is_some() {
            assert_eq!(run(&mut Command::new(&program)).as_deref(), Some(expected.as_str()), "{compiler} {standard}");
        }
    }
}

#[test]
fn rust_source_names_the_kernels_and_holds_the_bytes() {
    let bytes = model();
    let compiled = compiled(&bytes);
    let text = source::rust(&compiled, "yes_no.tflite");
    let kernels: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("micro_runtime::kernels::"))
        .filter_map(|line| line.split(',').next())
        .collect();
    assert_eq!(kernels, ["conv_2d::INT8", "conv_2d::INT8_INT4", "softmax::INT8"]);
    let held: Vec<u8> = text
        .split("= Aligned([")
        .nth(1)
        .unwrap()
        .split("0x")
        .skip(1)
        .map(|number| u8::from_str_radix(&number[..2], 16).unwrap())
        .collect();
    assert!(held == *compiled.bytes);
}

#[test]
fn rust_source_compiles_and_runs_with_its_own_kernels() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = support::cases::load(&folder.join("fixtures/ops"));
    let bytes = cases.iter().find(|case| case.name == "FULLY_CONNECTED/int8/0").expect("there is the case").model();
    let compiled = compiled(&bytes);
    let text = source::rust(&compiled, "fully_connected.tflite");
    let recorded = folder.join("tests/source/fully_connected.rs");
    if std::env::var_os("UPDATE_SOURCE").is_some() {
        std::fs::write(&recorded, &text).unwrap();
    }
    assert!(std::fs::read_to_string(recorded).unwrap() == text, "UPDATE_SOURCE=1 cargo test --test source");

    assert!(*fully_connected::PROGRAM == *compiled.bytes);
    assert_eq!(fully_connected::PROGRAM.as_ptr().addr() % ALIGNMENT, 0);
    assert_eq!(fully_connected::ARENA_BYTES, compiled.arena_bytes as usize);
    assert!(fully_connected::find(kernels::softmax::INT8.code).is_none());
    let run = |program: Program<'_>| {
        let mut arena = AlignedBytes::zeroed(fully_connected::ARENA_BYTES);
        let mut interpreter = Interpreter::new(program, &mut arena).unwrap();
        let input: Vec<u8> = (0..program.inputs()[0].operand.bytes).map(|index| (index * 37) as u8).collect();
        assert!(interpreter.set_input(0, &input));
        interpreter.invoke().unwrap();
        interpreter.output_bytes(0).unwrap().iter().collect::<Vec<u8>>()
    };
    let own = run(Program::parse(fully_connected::PROGRAM, fully_connected::find).unwrap());
    assert_eq!(own, run(compiled.program()));
    assert!(own.iter().any(|&byte| byte != own[0]));
}
