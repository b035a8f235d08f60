//! Intel HEX: lines of bytes with addresses and sums.

use std::fmt::Write as _;

use super::{Chunk, FormatError, joined};

/// Bytes in a line that is written.
const LINE_BYTES: usize = 16;

/// The pieces of a HEX file. Every line must be right, and the last one must say that it is the last.
pub fn read(bytes: &[u8]) -> Result<Vec<Chunk>, FormatError> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut base = 0_u32;
    let mut ended = false;
    let mut last_line = 0;
    for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        let wrong = |fault: String| FormatError::Hex { line: index + 1, fault };
        if line.is_empty() {
            continue;
        }
        last_line = index + 1;
        if ended {
            return Err(wrong("comes after the line that ends the file".to_string()));
        }
        let record = record(line).map_err(wrong)?;
        let word = |expected: usize| match record.data.len() == expected {
            true => Ok(record.data.iter().fold(0_u32, |value, &byte| value << 8 | u32::from(byte))),
            false => Err(wrong(format!("has {} bytes of data, {expected} needed", record.data.len()))),
        };
        match record.kind {
            0 => {
                let address = base.checked_add(record.address.into());
                let address = address.ok_or_else(|| wrong("its address is past the end of memory".to_string()))?;
                match chunks.last_mut() {
                    Some(last) if last.end() == u64::from(address) => last.bytes.extend(&record.data),
                    _ => chunks.push(Chunk { address, bytes: record.data }),
                }
                if chunks.last().is_some_and(|chunk| chunk.end() > 1 << 32) {
                    return Err(wrong("its bytes reach past the end of memory".to_string()));
                }
            }
            1 => {
                word(0)?;
                ended = true;
            }
            2 => base = word(2)? << 4,
            4 => base = word(2)? << 16,
            // Where to start: the vector table says that.
            3 | 5 => {
                word(4)?;
            }
            kind => return Err(wrong(format!("is of the unknown type {kind:02X}"))),
        }
    }
    if !ended {
        return Err(FormatError::Hex { line: last_line, fault: "the file ends without its last line".to_string() });
    }
    if chunks.iter().all(|chunk| chunk.bytes.is_empty()) {
        return Err(FormatError::Hex { line: last_line, fault: "the file ends without any data".to_string() });
    }
    joined(chunks)
}

struct Record {
    kind: u8,
    address: u16,
    data: Vec<u8>,
}

fn record(line: &[u8]) -> Result<Record, String> {
    let Some(digits) = line.strip_prefix(b":") else { return Err("does not start with a colon".to_string()) };
    let digit = |byte: u8| {
        let value = (byte as char).to_digit(16).filter(|_| byte.is_ascii());
        value.ok_or_else(|| format!("has {:?}, which is no hexadecimal digit", byte as char))
    };
    if !digits.len().is_multiple_of(2) {
        return Err("has an odd number of digits".to_string());
    }
    let pairs = digits.chunks_exact(2).map(|pair| Ok((digit(pair[0])? << 4 | digit(pair[1])?) as u8));
    let bytes = pairs.collect::<Result<Vec<u8>, String>>()?;
    let [count, high, low, kind, rest @ ..] = bytes.as_slice() else {
        return Err(format!("has {} bytes, 5 at least needed", bytes.len()));
    };
    let needed = usize::from(*count) + 1;
    if rest.len() != needed {
        return Err(format!("announces {count} bytes of data, and has {}", rest.len().saturating_sub(1)));
    }
    let sum = bytes.iter().fold(0_u8, |sum, &byte| sum.wrapping_add(byte));
    if sum != 0 {
        let (data, found) = (&bytes[..bytes.len() - 1], bytes[bytes.len() - 1]);
        let needed = data.iter().fold(0_u8, |sum, &byte| sum.wrapping_sub(byte));
        return Err(format!("its sum is {found:02X}, {needed:02X} computed: the line is damaged"));
    }
    let data = rest[..needed - 1].to_vec();
    Ok(Record { kind: *kind, address: u16::from_be_bytes([*high, *low]), data })
}

/// A HEX file with these pieces.
pub fn write(chunks: &[Chunk]) -> String {
    let mut text = String::new();
    let mut high = None;
    for chunk in chunks {
        let mut address = chunk.address;
        let mut rest = chunk.bytes.as_slice();
        while !rest.is_empty() {
            if high != Some(address >> 16) {
                high = Some(address >> 16);
                line(&mut text, 0, 4, &((address >> 16) as u16).to_be_bytes());
            }
            // Lines end where the address of 16 bits does.
            let room = 0x1_0000 - (address & 0xFFFF) as usize;
            let (now, later) = rest.split_at(rest.len().min(LINE_BYTES).min(room));
            line(&mut text, address as u16, 0, now);
            address = address.wrapping_add(now.len() as u32);
            rest = later;
        }
    }
    line(&mut text, 0, 1, &[]);
    text
}

fn line(text: &mut String, address: u16, kind: u8, data: &[u8]) {
    let [high, low] = address.to_be_bytes();
    let mut bytes = vec![data.len() as u8, high, low, kind];
    bytes.extend(data);
    bytes.push(bytes.iter().fold(0_u8, |sum, &byte| sum.wrapping_sub(byte)));
    text.push(':');
    for byte in bytes {
        let _ = write!(text, "{byte:02X}");
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_known_line_reads_as_it_should() {
        let text = ":10010000214601360121470136007EFE09D2190140\r\n:00000001FF\r\n";
        let chunks = read(text.as_bytes()).unwrap();
        assert_eq!((chunks[0].address, chunks[0].bytes.len(), chunks[0].bytes[0]), (0x100, 16, 0x21));
    }

    #[test]
    fn what_is_written_reads_back() {
        let bytes: Vec<u8> = (0..100).collect();
        let chunks = vec![
            Chunk { address: 0xFFF8, bytes: bytes.clone() },
            Chunk { address: 0x2000_0001, bytes: bytes[..3].to_vec() },
        ];
        let text = write(&chunks);
        assert!(text.starts_with(":020000040000FA\n:08FFF80000010203040506"), "{text}");
        assert_eq!(read(text.as_bytes()), Ok(chunks));
    }

    #[test]
    fn segment_addresses_count_in_paragraphs() {
        let chunks = read(b":020000021000EC\n:0100100001EE\n:00000001FF").unwrap();
        assert_eq!(chunks, [Chunk { address: 0x1_0010, bytes: vec![1] }]);
    }

    #[test]
    fn every_fault_names_its_line() {
        let cases = [
            ("hello", "Intel HEX, line 1: does not start with a colon"),
            (":0", "Intel HEX, line 1: has an odd number of digits"),
            (":00", "Intel HEX, line 1: has 1 bytes, 5 at least needed"),
            (":0g000000", "Intel HEX, line 1: has 'g', which is no hexadecimal digit"),
            ("\n:0200000000FE", "Intel HEX, line 2: announces 2 bytes of data, and has 1"),
            (":0100000001FF", "Intel HEX, line 1: its sum is FF, FE computed: the line is damaged"),
            (":0100000001FE", "Intel HEX, line 1: the file ends without its last line"),
            (":00000001FF", "Intel HEX, line 1: the file ends without any data"),
            (":00000001FF\n:0100000001FE", "Intel HEX, line 2: comes after the line that ends the file"),
            (":0100000401FA", "Intel HEX, line 1: has 1 bytes of data, 2 needed"),
            (":00000009F7", "Intel HEX, line 1: is of the unknown type 09"),
            (
                ":02000004FFFFFC\n:02FFFF000102FD\n:00000001FF",
                "Intel HEX, line 2: its bytes reach past the end of memory",
            ),
        ];
        for (text, message) in cases {
            assert_eq!(fault(text), message);
        }
        assert!(fault(":0200000001 2FB\n").contains("no hexadecimal digit"), "a space inside a line");
        assert!(fault(":020000000102FB\n:0100010003FB\n:00000001FF").starts_with("two pieces overlap"));
    }
}
