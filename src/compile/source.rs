//! A Program as source text, for firmware that is built with it: C, which is C++ too, or Rust.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use micro_runtime::arena::ALIGNMENT;
use micro_runtime::kernels::PATHS;
use sha2::{Digest, Sha256};

use super::Compiled;

/// How many bytes stand on a line.
const LINE: usize = 16;

/// An identifier from the name of a file: letters, digits and `_`, with a letter in front.
pub fn identifier(name: &str) -> String {
    let mut identifier: String =
        name.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect();
    identifier.make_ascii_lowercase();
    match identifier.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => identifier,
        _ => format!("model_{identifier}"),
    }
}

/// C and C++: `NAME_program`, its length and the arena it needs. `name` is an identifier, `model` where it came from.
pub fn c(compiled: &Compiled, name: &str, model: &str) -> String {
    let length = compiled.bytes.len();
    let mut text = head(compiled, model);
    let _ = write!(
        text,
        "
#ifndef __cplusplus
#include <stdalign.h>
#else
extern \"C\" {{
#endif

extern const unsigned char {name}_program[{length}];
extern const unsigned int {name}_program_len;
// The arena that running takes, in bytes. It must start at a multiple of {ALIGNMENT}.
extern const unsigned int {name}_arena_len;

alignas({ALIGNMENT}) const unsigned char {name}_program[{length}] = {{
"
    );
    bytes(&mut text, &compiled.bytes);
    let _ = write!(
        text,
        "}};
const unsigned int {name}_program_len = {length};
const unsigned int {name}_arena_len = {};

#ifdef __cplusplus
}}
#endif
",
        compiled.arena_bytes
    );
    text
}

/// Rust: `PROGRAM`, `ARENA_BYTES`, and `find`, which knows the kernels of the Program and no others.
pub fn rust(compiled: &Compiled, model: &str) -> String {
    let mut text = head(compiled, model);
    let _ = write!(
        text,
        "
/// The arena that running takes, in bytes. It must start at a multiple of {ALIGNMENT}.
pub const ARENA_BYTES: usize = {};

micro_runtime::kernels! {{
    /// The kernels that the Program needs.
    pub fn find = [
",
        compiled.arena_bytes
    );
    for (path, name) in kernels(compiled) {
        let _ = writeln!(text, "        micro_runtime::kernels::{path}, // {name}");
    }
    let _ = write!(
        text,
        "    ];
}}

/// The Program, for `micro_runtime::program::Program::parse(PROGRAM, find)`.
pub static PROGRAM: &[u8] = &ALIGNED.0;

#[repr(C, align({ALIGNMENT}))]
struct Aligned([u8; {length}]);

#[rustfmt::skip]
static ALIGNED: Aligned = Aligned([
",
        length = compiled.bytes.len()
    );
    bytes(&mut text, &compiled.bytes);
    text.push_str("]);\n");
    text
}

/// Where the bytes came from, as comments of both languages.
fn head(compiled: &Compiled, model: &str) -> String {
    let program = compiled.program();
    format!(
        "// A Program for micro-runtime, made by tinyml {} from {}
// with {} kernels. Made anew from the model, never edited.
//
// model    SHA-256 {}
// program  SHA-256 {}
// length   {} bytes
// arena    {} bytes
",
        env!("CARGO_PKG_VERSION"),
        model.escape_debug(),
        program.kernel_set().name(),
        hexadecimal(&program.header().source_digest),
        hexadecimal(&Sha256::digest(&*compiled.bytes)),
        compiled.bytes.len(),
        compiled.arena_bytes,
    )
}

/// The path of each kernel that the Program needs, with its name for people.
fn kernels(compiled: &Compiled) -> BTreeMap<&'static str, &'static str> {
    let path = |code| PATHS.iter().find(|(other, _)| *other == code).map(|(_, path)| *path);
    let program = compiled.program();
    let ops = program.ops().iter().zip(&compiled.ops);
    ops.map(|(record, op)| (path(record.kernel).expect("the registry has every kernel"), op.kernel)).collect()
}

fn bytes(text: &mut String, bytes: &[u8]) {
    for line in bytes.chunks(LINE) {
        let numbers: Vec<String> = line.iter().map(|byte| format!("0x{byte:02x},")).collect();
        let _ = writeln!(text, "    {}", numbers.join(" "));
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_becomes_an_identifier() {
        let cases =
            [("yes_no", "yes_no"), ("Person-Detect.v2", "person_detect_v2"), ("96x96", "model_96x96"), ("", "model_")];
        for (name, expected) in cases {
            assert_eq!(identifier(name), expected);
        }
        assert_eq!(identifier("größe"), "gr__e");
    }

    #[test]
    fn every_kernel_has_a_path_of_its_own() {
        let mut paths: Vec<_> = PATHS.iter().map(|(_, path)| path).collect();
        assert!(PATHS.iter().all(|(code, _)| micro_runtime::kernels::all(*code).is_some()));
        paths.sort();
        assert!(paths.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
