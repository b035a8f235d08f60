//! The flash algorithm of the Apollo3 is built anew and compared with the bytes in its target description.
//!
//! `UPDATE_FLASH_ALGORITHM=1 cargo test --test flash_algorithm` writes them.

use std::path::{Path, PathBuf};
use std::process::Command;

use object::{Object, ObjectSection, ObjectSymbol};

const ENTRIES: [(&str, &str); 6] = [
    ("pc_init", "Init"),
    ("pc_uninit", "UnInit"),
    ("pc_program_page", "ProgramPage"),
    ("pc_erase_sector", "EraseSector"),
    ("pc_erase_all", "EraseChip"),
    ("pc_verify", "Verify"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("micro-runtime/flash-algorithm")
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0u32, |word, &byte| word << 8 | u32::from(byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// The lines of the description that come from the code.
fn lines() -> Vec<(String, String)> {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked"])
        .current_dir(folder())
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_TARGET_DIR")
        .status()
        .expect("cargo starts");
    assert!(status.success(), "the flash algorithm is built");
    let file = std::fs::read(folder().join("target/thumbv7em-none-eabihf/release/flash-algorithm")).unwrap();
    let elf = object::File::parse(&*file).unwrap();
    let code = elf.section_by_name("PrgCode").expect("the section PrgCode").data().unwrap();
    let mut lines = vec![("instructions".to_string(), base64(code))];
    for (key, symbol) in ENTRIES {
        let found = elf.symbols().find(|found| found.name() == Ok(symbol)).unwrap_or_else(|| panic!("{symbol}"));
        lines.push((key.to_string(), format!("{:#x}", found.address() & !1)));
    }
    lines
}

#[test]
fn the_description_holds_the_bytes_of_the_source() {
    let path = folder().join("apollo3.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut updated: Vec<String> = text.lines().map(str::to_string).collect();
    for (key, value) in lines() {
        let start = format!("  {key}: ");
        let line = updated.iter_mut().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("{key}"));
        *line = start + &value;
    }
    let updated = updated.join("\n") + "\n";
    if std::env::var_os("UPDATE_FLASH_ALGORITHM").is_some() {
        std::fs::write(&path, &updated).unwrap();
    } else {
        assert_eq!(text, updated, "UPDATE_FLASH_ALGORITHM=1 cargo test --test flash_algorithm writes it anew");
    }
}

#[test]
fn base64_ends_with_padding() {
    assert_eq!([b"".as_slice(), b"f", b"fo", b"foo", b"foobar"].map(base64), ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYmFy"]);
}
