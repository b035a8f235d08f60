//! The packets of the SparkFun Variable Loader, as they lie on the wire.
//!
//! A big-endian length of what follows it, a command, a payload, and a big-endian CRC-16 over command and payload.

use crate::flash::line::Replies;

/// Bytes of a frame's payload at most; a multiple of four.
pub const MAXIMUM_FRAME: usize = 2048;

/// What is sent first: its bits let the loader measure the rate.
pub const RATE_PROBE: u8 = b'U';

/// The numbers of the commands.
pub mod command {
    /// The version of the loader.
    pub const VERSION: u8 = 1;
    /// The host wants to load.
    pub const BOOTLOAD: u8 = 2;
    /// The next frame, please.
    pub const NEXT: u8 = 3;
    /// A piece of the image.
    pub const FRAME: u8 = 4;
    /// The same frame again, please.
    pub const RETRY: u8 = 5;
    /// That was all.
    pub const DONE: u8 = 6;
}

/// CRC-16 with the polynomial 8005h, most significant bit first, from 0.
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |state, &byte| {
        (0..8).fold(
            state ^ u16::from(byte) << 8,
            |state, _| {
                if state & 0x8000 == 0 { state << 1 } else { state << 1 ^ 0x8005 }
            },
        )
    })
}

/// A packet with this command and payload.
pub fn packet(command: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = ((payload.len() + 3) as u16).to_be_bytes().to_vec();
    bytes.push(command);
    bytes.extend(payload);
    let checksum = crc16(&bytes[2..]);
    bytes.extend(checksum.to_be_bytes());
    bytes
}

/// A FRAME with a piece of the image, padded to words with erased bytes.
pub fn frame(piece: &[u8]) -> Vec<u8> {
    let mut payload = piece.to_vec();
    payload.resize(piece.len().next_multiple_of(4), 0xFF);
    packet(command::FRAME, &payload)
}

/// A packet of the loader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The version of the loader.
    Version(u8),
    /// It has what was sent and wants the next frame.
    Next,
    /// It wants the same frame again.
    Retry,
}

/// Finds replies among whatever arrives.
#[derive(Default)]
pub struct Scanner {
    bytes: Vec<u8>,
    passed_over: usize,
}

impl Scanner {
    /// How many bytes came before the last reply, since the scanner was cleared, that belonged to none.
    pub fn passed_over(&self) -> usize {
        self.passed_over
    }
}

impl Replies for Scanner {
    type Reply = Reply;

    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.passed_over = 0;
    }

    /// The next whole reply with a right checksum; bytes before it are dropped.
    fn next_reply(&mut self) -> Option<Reply> {
        for start in 0..self.bytes.len() {
            if let Some((reply, length)) = reply_at(&self.bytes[start..]) {
                self.passed_over += start;
                self.bytes.drain(..start + length);
                return Some(reply);
            }
        }
        // The longest reply has six bytes, a later loader's VERSION some more.
        let keep = self.bytes.len().min(2 + LONGEST);
        self.passed_over += self.bytes.len() - keep;
        self.bytes.drain(..self.bytes.len() - keep);
        None
    }
}

/// The greatest length field of a reply that is taken for one.
const LONGEST: usize = 16;

fn reply_at(bytes: &[u8]) -> Option<(Reply, usize)> {
    let length = usize::from(u16::from_be_bytes(*bytes.first_chunk()?));
    if !(3..=LONGEST).contains(&length) {
        return None;
    }
    let body = bytes.get(2..2 + length)?;
    if crc16(body) != 0 {
        return None;
    }
    let reply = match (body[0], length) {
        (command::VERSION, 4..) => Reply::Version(body[1]),
        (command::NEXT, 3) => Reply::Next,
        (command::RETRY, 3) => Reply::Retry,
        _ => return None,
    };
    Some((reply, 2 + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flash::sim::bytes_of;

    #[test]
    fn the_checksum_has_its_check_value() {
        assert_eq!(crc16(b"123456789"), 0xFEE8);
    }

    #[test]
    fn packets_equal_the_worked_examples() {
        assert_eq!(packet(command::VERSION, &[6]), bytes_of("000401068617"));
        assert_eq!(packet(command::VERSION, &[5]), bytes_of("00040105861d"));
        assert_eq!(packet(command::BOOTLOAD, &[]), bytes_of("000302800f"));
        assert_eq!(packet(command::NEXT, &[]), bytes_of("000303000a"));
        assert_eq!(packet(command::RETRY, &[]), bytes_of("000305001e"));
        assert_eq!(packet(command::DONE, &[]), bytes_of("0003060014"));
        assert_eq!(frame(&[0xDE, 0xAD, 0xBE, 0xEF]), bytes_of("000704deadbeef17c8"));
        let counting: Vec<u8> = (0..2048).map(|index| index as u8).collect();
        for (bytes, checksum) in [(1024, [0xC3, 0xA1]), (2048, [0xC4, 0xE7])] {
            let packet = frame(&counting[..bytes]);
            assert_eq!((packet.len(), &packet[bytes + 3..]), (bytes + 5, &checksum[..]));
        }
    }

    #[test]
    fn frames_are_padded_to_words() {
        assert_eq!(frame(&[1])[..7], [0, 7, 4, 1, 0xFF, 0xFF, 0xFF]);
    }

    #[test]
    fn replies_are_found_behind_rubbish() {
        let mut scanner = Scanner::default();
        for byte in [0x00].into_iter().chain(packet(command::VERSION, &[6])).chain([0, 5]) {
            assert_eq!(scanner.next_reply().filter(|reply| *reply != Reply::Version(6)), None);
            scanner.push(&[byte]);
        }
        scanner.push(&packet(command::NEXT, &[]));
        let mut damaged = packet(command::RETRY, &[]);
        damaged[2] = command::NEXT;
        scanner.push(&damaged);
        scanner.push(&packet(command::RETRY, &[]));
        let found: Vec<Reply> = std::iter::from_fn(|| scanner.next_reply()).collect();
        assert!(found.ends_with(&[Reply::Next, Reply::Retry]), "{found:?}");
        assert!(found.iter().filter(|reply| **reply == Reply::Next).count() == 1);
    }
}
