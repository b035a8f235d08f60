//! What a firmware says about itself, in its image: the host reads it before it sends anything.
//!
//! The vector table of a firmware holds the address of its [`FirmwareRecord`] at [`RECORD_VECTOR`], a word that
//! Armv7-M reserves. Addresses are those of the running firmware.

use bytemuck::{Pod, Zeroable};

use crate::program::KernelSet;

/// The first four bytes of a record.
pub const MAGIC: [u8; 4] = *b"TMLF";

/// The version of the record that this crate knows.
pub const FORMAT: u32 = 1;

/// The index of the word in the vector table that holds the address of the record.
pub const RECORD_VECTOR: usize = 7;

/// The longest model input that a firmware which takes sound keeps memory for beside the arena, in bytes.
pub const ROW_BYTES: u32 = 16 * 1024;

/// What the host must know before it puts a Program beside a firmware.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct FirmwareRecord {
    /// [`MAGIC`].
    pub magic: [u8; 4],
    /// [`FORMAT`].
    pub format: u32,
    /// The name of the board, padded with NULs.
    pub board: [u8; 32],
    /// The version of the firmware, padded with NULs.
    pub version: [u8; 16],
    /// The version of the Program format that it reads.
    pub program_format: u32,
    /// The [`KernelSet`] that it prefers Programs for.
    pub kernel_set: u32,
    /// Where it looks for the Program.
    pub program_start: u32,
    /// The greatest length of a Program there.
    pub program_bytes: u32,
    /// The greatest arena that it can lend.
    pub arena_bytes: u32,
    /// The longest model input, in bytes of feature rows, beside the greatest arena; 0 when it does not take sound.
    pub row_bytes: u32,
    /// The greatest number of labels.
    pub labels: u32,
    /// The address of the codes of the kernels that it links, one word each.
    pub kernels: u32,
    /// The number of these codes.
    pub kernel_count: u32,
    /// Zero.
    pub reserved: u32,
}

const _: () = assert!(size_of::<FirmwareRecord>() == 96);

/// `text` in `LENGTH` bytes, padded with NULs. Panics when it is longer.
pub const fn padded<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    let text = text.as_bytes();
    assert!(text.len() <= LENGTH);
    let mut bytes = [0; LENGTH];
    let mut index = 0;
    while index < text.len() {
        bytes[index] = text[index];
        index += 1;
    }
    bytes
}

impl FirmwareRecord {
    /// The name of the board, when it is text.
    pub fn board(&self) -> Option<&str> {
        unpadded(&self.board)
    }

    /// The version of the firmware, when it is text.
    pub fn version(&self) -> Option<&str> {
        unpadded(&self.version)
    }

    /// The kernel set that it prefers.
    pub fn kernel_set(&self) -> Option<KernelSet> {
        KernelSet::from_code(self.kernel_set)
    }
}

fn unpadded(bytes: &[u8]) -> Option<&str> {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    core::str::from_utf8(&bytes[..end]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padded_text_reads_back() {
        let mut record = FirmwareRecord::zeroed();
        record.board = padded("sparkfun-edge");
        record.version = padded("0123456789abcdef");
        assert_eq!((record.board(), record.version()), (Some("sparkfun-edge"), Some("0123456789abcdef")));
    }
}
