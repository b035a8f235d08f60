//! CRC-32 as in IEEE 802.3, with a table of sixteen entries: small enough for a chip, quick enough for a boot.

use super::ProgramError;

const TABLE: [u32; 16] = table();

const fn table() -> [u32; 16] {
    let mut table = [0; 16];
    let mut index = 0;
    while index < 16 {
        let mut value = index as u32;
        let mut bit = 0;
        while bit < 4 {
            value = if value & 1 == 1 { (value >> 1) ^ 0xEDB8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
}

/// The CRC-32 of `bytes`.
pub fn crc32(bytes: &[u8]) -> u32 {
    crc32_of(bytes.iter().copied())
}

/// The CRC-32 of the bytes that `bytes` yields.
pub fn crc32_of(bytes: impl Iterator<Item = u8>) -> u32 {
    !bytes.fold(u32::MAX, step)
}

#[inline(always)]
fn step(state: u32, byte: u8) -> u32 {
    let state = state ^ byte as u32;
    let state = (state >> 4) ^ TABLE[(state & 15) as usize];
    (state >> 4) ^ TABLE[(state & 15) as usize]
}

/// The checksum of a Program, computed in pieces.
#[derive(Clone, Debug)]
pub struct Checksum<'p> {
    rest: &'p [u8],
    state: u32,
    needed: u32,
}

impl<'p> Checksum<'p> {
    pub(super) fn new(bytes: &'p [u8], needed: u32) -> Checksum<'p> {
        Checksum { rest: bytes, state: u32::MAX, needed }
    }

    /// Goes on for at most `bytes` bytes. True when it has come to the end and is right.
    pub fn advance(&mut self, bytes: usize) -> Result<bool, ProgramError> {
        let (now, later) = self.rest.split_at(bytes.min(self.rest.len()));
        self.state = now.iter().copied().fold(self.state, step);
        self.rest = later;
        if !later.is_empty() {
            return Ok(false);
        }
        let found = !self.state;
        if found == self.needed { Ok(true) } else { Err(ProgramError::Checksum { found, needed: self.needed }) }
    }

    /// Goes on to the end.
    pub fn finish(&mut self) -> Result<(), ProgramError> {
        self.advance(usize::MAX).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn check_value_of_the_standard() {
        assert_eq!(super::crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(super::crc32(b""), 0);
    }
}
