//! The messages of the Ambiq Secure Bootloader, as they lie on the wire.
//!
//! A frame is a CRC-32 over what follows it, a type, the length of all of it, and a payload; little-endian. Nothing
//! marks where a frame starts, so [`Scanner`] looks for the next bytes that are one.

use micro_runtime::program::crc32;

use crate::flash::line::Replies;

/// Bytes before the payload.
pub const HEAD_BYTES: usize = 8;

/// The longest frame.
pub const MAXIMUM_BYTES: usize = 8192;

/// The most image bytes in a [`data`] message.
pub const MAXIMUM_DATA: usize = MAXIMUM_BYTES - HEAD_BYTES - 4;

/// The numbers of the messages.
pub mod kind {
    /// Asks for a STATUS.
    pub const HELLO: u16 = 0;
    /// What the loader says about itself.
    pub const STATUS: u16 = 1;
    /// Where the descriptor of the update is to lie.
    pub const OTA_DESCRIPTOR: u16 = 2;
    /// Announces a block.
    pub const UPDATE: u16 = 3;
    /// Forgets what was announced.
    pub const ABORT: u16 = 4;
    /// Resets the board.
    pub const RESET: u16 = 6;
    /// Answers all others.
    pub const ACK: u16 = 7;
    /// A piece of a block.
    pub const DATA: u16 = 8;
}

/// What an ACK says.
pub mod status {
    /// Accepted.
    pub const OK: u32 = 0;
    /// The frame, or the block, was damaged.
    pub const CRC: u32 = 3;
    /// Another piece was expected.
    pub const SEQUENCE: u32 = 10;
}

/// The name of a message, for people.
pub fn name(kind: u16) -> &'static str {
    match kind {
        kind::HELLO => "HELLO",
        kind::STATUS => "STATUS",
        kind::OTA_DESCRIPTOR => "OTADESC",
        kind::UPDATE => "UPDATE",
        kind::ABORT => "ABORT",
        kind::RESET => "RESET",
        kind::ACK => "ACK",
        kind::DATA => "DATA",
        _ => "a message",
    }
}

/// What a status means, for people.
pub fn reason(status: u32) -> String {
    let text = match status {
        1 => "failure",
        2 => "its settings (INFO0) are invalid",
        3 => "the checksum is wrong",
        4 => "security",
        5 => "too large",
        6 => "unknown message",
        7 => "wrong address",
        8 => "not now",
        9 => "wrong parameter",
        10 => "out of sequence",
        11 => "more data than announced",
        _ => return format!("status {status}"),
    };
    format!("{text} (status {status})")
}

/// A frame of this type around a payload.
pub fn frame(kind: u16, payload: &[u8]) -> Vec<u8> {
    let length = (HEAD_BYTES + payload.len()) as u16;
    let mut bytes = vec![0; 4];
    bytes.extend(kind.to_le_bytes());
    bytes.extend(length.to_le_bytes());
    bytes.extend(payload);
    let checksum = crc32(&bytes[4..]);
    bytes[..4].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

fn words(kind: u16, words: &[u32]) -> Vec<u8> {
    let payload: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    frame(kind, &payload)
}

/// HELLO.
pub fn hello() -> Vec<u8> {
    frame(kind::HELLO, &[])
}

/// OTADESC: the descriptor of the update lies at this address.
pub fn ota_descriptor(address: u32) -> Vec<u8> {
    words(kind::OTA_DESCRIPTOR, &[address])
}

/// UPDATE: a block of so many bytes with this checksum follows.
pub fn update(bytes: u32, checksum: u32) -> Vec<u8> {
    words(kind::UPDATE, &[bytes, checksum, 0])
}

/// ABORT: forget the block; with `quit`, leave the loader.
pub fn abort(quit: bool) -> Vec<u8> {
    words(kind::ABORT, &[quit.into()])
}

/// RESET, of everything but the debug logic.
pub fn reset() -> Vec<u8> {
    words(kind::RESET, &[1])
}

/// DATA: the piece of the block that starts at `sequence`.
pub fn data(sequence: u32, piece: &[u8]) -> Vec<u8> {
    let mut payload = sequence.to_le_bytes().to_vec();
    payload.extend(piece);
    frame(kind::DATA, &payload)
}

/// ACK, as the loader sends it.
pub fn ack(of: u16, status: u32, sequence: u32) -> Vec<u8> {
    words(kind::ACK, &[of.into(), status, sequence])
}

/// An answer of the loader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// What it says about itself.
    Status {
        /// Version of the loader.
        version: u32,
        /// The most bytes of a block that it takes.
        maximum_bytes: u32,
    },
    /// An answer to a message.
    Ack {
        /// The type of the message.
        of: u16,
        /// See [`status`].
        status: u32,
        /// The offset in the block that it expects next.
        sequence: u32,
    },
}

/// Finds replies among whatever arrives.
#[derive(Default)]
pub struct Scanner {
    bytes: Vec<u8>,
}

impl Replies for Scanner {
    type Reply = Reply;

    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    fn clear(&mut self) {
        self.bytes.clear();
    }

    /// The next whole reply with a right checksum; bytes before it are dropped.
    fn next_reply(&mut self) -> Option<Reply> {
        let mut keep_from = None;
        for start in 0..self.bytes.len() {
            match reply_at(&self.bytes[start..]) {
                Found::Reply(reply, length) => {
                    self.bytes.drain(..start + length);
                    return Some(reply);
                }
                Found::Incomplete => {
                    keep_from.get_or_insert(start);
                }
                Found::Nothing => {}
            }
        }
        self.bytes.drain(..keep_from.unwrap_or(self.bytes.len()));
        None
    }
}

enum Found {
    Reply(Reply, usize),
    Incomplete,
    Nothing,
}

/// The lengths that replies of a type have: exactly those of the sheet, and what a newer loader might add.
fn is_plausible(kind: u16, length: usize) -> bool {
    match kind {
        kind::STATUS => (24..=512).contains(&length),
        kind::ACK => (20..=64).contains(&length),
        _ => false,
    }
}

fn reply_at(bytes: &[u8]) -> Found {
    let Some(head) = bytes.first_chunk::<HEAD_BYTES>() else { return Found::Incomplete };
    let kind = u16::from_le_bytes([head[4], head[5]]);
    let length = usize::from(u16::from_le_bytes([head[6], head[7]]));
    if !is_plausible(kind, length) {
        return Found::Nothing;
    }
    let Some(whole) = bytes.get(..length) else { return Found::Incomplete };
    if crc32(&whole[4..]).to_le_bytes() != whole[..4] {
        return Found::Nothing;
    }
    let word = |index: usize| {
        let at = HEAD_BYTES + 4 * index;
        u32::from_le_bytes([whole[at], whole[at + 1], whole[at + 2], whole[at + 3]])
    };
    let reply = match kind {
        kind::STATUS => Reply::Status { version: word(0), maximum_bytes: word(1) },
        _ => Reply::Ack { of: word(0) as u16, status: word(1), sequence: word(2) },
    };
    Found::Reply(reply, length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flash::sim::bytes_of;

    /// The STATUS that a board sent, with the stray byte before it.
    fn captured_status() -> Vec<u8> {
        let mut bytes =
            bytes_of("8006f0a5310100580003000000a0ff0400020000000700000001000000ffa32dffff5f0500010000000300f449");
        bytes.extend([0xFF; 44]);
        bytes
    }

    #[test]
    fn messages_equal_the_worked_examples() {
        assert_eq!(hello(), bytes_of("14559de900000800"));
        assert_eq!(ota_descriptor(0xFE000), bytes_of("00d4bf7e02000c0000e00f00"));
        assert_eq!(ota_descriptor(u32::MAX), bytes_of("8c387e8e02000c00ffffffff"));
        assert_eq!(update(1248, 0x7491_2F7C), bytes_of("f972435a03001400e00400007c2f917400000000"));
        assert_eq!(abort(false), bytes_of("e811aa9604000c0000000000"));
        assert_eq!(abort(true), bytes_of("8d76162e04000c0001000000"));
        assert_eq!(reset(), bytes_of("f071336c06000c0001000000"));
        assert_eq!(ack(8, 10, 8180), bytes_of("dc0feee707001400080000000a000000f41f0000"));
    }

    #[test]
    fn a_stray_byte_before_the_status_is_passed_over() {
        let mut scanner = Scanner::default();
        for byte in captured_status() {
            assert_eq!(scanner.next_reply(), None);
            scanner.push(&[byte]);
        }
        assert_eq!(scanner.next_reply(), Some(Reply::Status { version: 3, maximum_bytes: 0x4FFA0 }));
        assert!(scanner.bytes.is_empty());
    }

    #[test]
    fn a_head_of_rubbish_does_not_hide_the_reply_behind_it() {
        let mut scanner = Scanner::default();
        // Looks like a STATUS of 512 bytes, which never comes.
        scanner.push(&[0, 0, 0, 0, 1, 0, 0, 2]);
        scanner.push(&ack(3, 0, 0));
        assert_eq!(scanner.next_reply(), Some(Reply::Ack { of: 3, status: 0, sequence: 0 }));
        assert_eq!(scanner.next_reply(), None);
    }

    #[test]
    fn a_reply_with_a_wrong_checksum_is_none() {
        let mut scanner = Scanner::default();
        let mut damaged = ack(3, 0, 0);
        damaged[12] ^= 1;
        scanner.push(&damaged);
        scanner.push(&[0; 64]);
        assert_eq!(scanner.next_reply(), None);
        scanner.push(&ack(2, 0, 0));
        assert_eq!(scanner.next_reply(), Some(Reply::Ack { of: 2, status: 0, sequence: 0 }));
    }
}
