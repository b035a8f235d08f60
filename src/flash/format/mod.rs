//! Files that hold an image: told apart by their content, never by their name.

pub mod elf;
pub mod hex;
pub mod uf2;

use thiserror::Error;

use super::words::address;

/// Bytes that belong at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The address of the first.
    pub address: u32,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Chunk {
    /// One past the last address.
    pub fn end(&self) -> u64 {
        u64::from(self.address) + self.bytes.len() as u64
    }
}

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// An executable that a linker made.
    Elf,
    /// Intel HEX.
    Hex,
    /// The bytes themselves.
    Raw,
}

impl Format {
    /// Its name, for people.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Elf => "ELF",
            Format::Hex => "Intel HEX",
            Format::Raw => "raw binary",
        }
    }
}

/// Why a file holds no image.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FormatError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is something else that is known.
    #[error("this is {what}, not a firmware")]
    Other {
        /// What it is.
        what: &'static str,
        /// What to do with it.
        help: &'static str,
    },
    /// The ELF file is damaged, or for another machine.
    #[error("ELF: {0}")]
    Elf(String),
    /// A line of the HEX file is wrong.
    #[error("Intel HEX, line {line}: {fault}")]
    Hex {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        fault: String,
    },
    /// Two pieces claim the same address.
    #[error("two pieces overlap: {} to {}, and from {}", address(*first_start), address(*first_end), address(*second_start))]
    Overlap {
        /// Where the first starts.
        first_start: u32,
        /// Where it ends.
        first_end: u64,
        /// Where the second starts.
        second_start: u32,
    },
}

impl FormatError {
    /// The next step.
    pub fn help(&self) -> &'static str {
        match self {
            FormatError::Other { help, .. } => help,
            FormatError::Elf(_) => "give the executable that the linker wrote for the board: 32-bit Arm, little-endian",
            FormatError::Hex { .. } => "make the file anew: arm-none-eabi-objcopy -O ihex firmware.elf firmware.hex",
            FormatError::Empty | FormatError::Overlap { .. } => "build the firmware anew, and check its linker script",
        }
    }
}

/// The format of a file with this content. What is neither of the others is raw.
pub fn sniff(bytes: &[u8]) -> Result<Format, FormatError> {
    let other = |what, help| Err(FormatError::Other { what, help });
    let text = bytes.trim_ascii_start();
    match bytes {
        [] => Err(FormatError::Empty),
        [0x7F, b'E', b'L', b'F', ..] => Ok(Format::Elf),
        [_, _, _, _, b'T', b'F', b'L', b'3', ..] => other("a model", "give it with --model"),
        [b'T', b'M', b'L', b'P', ..] => other("a Program", "give it with --model"),
        [b'U', b'F', b'2', b'\n', ..] => other("a UF2 file", "give the ELF file that it was made from"),
        [b'P', b'K', 3, 4, ..] => other("a ZIP archive", "unpack it, and give the firmware in it"),
        [0x1F, 0x8B, ..] => other("a gzip archive", "unpack it, and give the firmware in it"),
        _ if text.starts_with(b":") && text.iter().skip(1).take(8).all(u8::is_ascii_hexdigit) => Ok(Format::Hex),
        _ if text.starts_with(b"S0") && text.iter().skip(2).take(8).all(u8::is_ascii_hexdigit) => {
            other("a file of S-records", "convert it: arm-none-eabi-objcopy -O ihex firmware.srec firmware.hex")
        }
        _ => Ok(Format::Raw),
    }
}

/// The pieces in the order of their addresses, those that touch joined; none may overlap.
pub fn joined(mut chunks: Vec<Chunk>) -> Result<Vec<Chunk>, FormatError> {
    chunks.retain(|chunk| !chunk.bytes.is_empty());
    chunks.sort_by_key(|chunk| chunk.address);
    let mut joined: Vec<Chunk> = Vec::new();
    for chunk in chunks {
        match joined.last_mut() {
            Some(last) if last.end() > u64::from(chunk.address) => {
                return Err(FormatError::Overlap {
                    first_start: last.address,
                    first_end: last.end(),
                    second_start: chunk.address,
                });
            }
            Some(last) if last.end() == u64::from(chunk.address) => last.bytes.extend(chunk.bytes),
            _ => joined.push(chunk),
        }
    }
    Ok(joined)
}

/// Files for tests.
#[cfg(test)]
pub mod tests_support {
    /// A 32-bit Arm executable with these segments: where they run, where they are loaded, and what is in them.
    pub fn elf(segments: &[(u32, u32, &[u8])]) -> Vec<u8> {
        let mut file = vec![0x7F, b'E', b'L', b'F', 1, 1, 1];
        file.resize(16, 0);
        for half in [2_u16, 40] {
            file.extend(half.to_le_bytes());
        }
        for word in [1_u32, 0, 52, 0, 0x0500_0000] {
            file.extend(word.to_le_bytes());
        }
        for half in [52, 32, segments.len() as u16, 40, 0, 0] {
            file.extend(half.to_le_bytes());
        }
        let mut offset = (52 + 32 * segments.len()) as u32;
        for (run, load, bytes) in segments {
            let length = bytes.len() as u32;
            for word in [1, offset, *run, *load, length, length, 5, 4] {
                file.extend(word.to_le_bytes());
            }
            offset += length;
        }
        segments.iter().for_each(|(.., bytes)| file.extend(*bytes));
        file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(address: u32, bytes: usize) -> Chunk {
        Chunk { address, bytes: vec![0; bytes] }
    }

    #[test]
    fn content_tells_the_format() {
        assert_eq!(sniff(b"\x7fELF\x01"), Ok(Format::Elf));
        assert_eq!(sniff(b"\r\n:020000040000FA"), Ok(Format::Hex));
        assert_eq!(sniff(&[0x00, 0x00, 0x06, 0x10, 0xB9, 0x84, 0x01, 0x00]), Ok(Format::Raw));
        assert_eq!(sniff(b": a note to myself"), Ok(Format::Raw));
        assert_eq!(sniff(b""), Err(FormatError::Empty));
        assert!(matches!(sniff(b"\x1c\0\0\0TFL3"), Err(FormatError::Other { what: "a model", .. })));
        assert!(matches!(sniff(b"S0030000FC"), Err(FormatError::Other { what: "a file of S-records", .. })));
    }

    #[test]
    fn neighbours_are_joined_and_overlaps_refused() {
        let whole = joined(vec![chunk(0x20, 0x10), chunk(0x40, 1), chunk(0x10, 0x10), chunk(0x90, 0)]).unwrap();
        let facts: Vec<_> = whole.iter().map(|chunk| (chunk.address, chunk.bytes.len())).collect();
        assert_eq!(facts, [(0x10, 0x20), (0x40, 1)]);
        let error = joined(vec![chunk(0x10, 0x11), chunk(0x20, 1)]).unwrap_err();
        assert_eq!(error.to_string(), "two pieces overlap: 0x0000_0010 to 0x0000_0021, and from 0x0000_0020");
    }
}
