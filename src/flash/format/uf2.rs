//! UF2: files that are copied onto the drive that a board shows.

use super::Chunk;

/// Image bytes in a block.
const PAYLOAD_BYTES: usize = 256;
/// Bytes of a block.
const BLOCK_BYTES: usize = 512;
const MAGIC: [u32; 2] = [0x0A32_4655, 0x9E5D_5157];
const MAGIC_END: u32 = 0x0AB1_6F30;
/// The family id is there.
const HAS_FAMILY: u32 = 0x2000;

/// A UF2 file with these pieces, for boards of this family. Blocks start on multiples of their size; what is between
/// the pieces is erased bytes.
pub fn write(chunks: &[Chunk], family: u32) -> Vec<u8> {
    let mut blocks: Vec<(u32, [u8; PAYLOAD_BYTES])> = Vec::new();
    for chunk in chunks {
        for (address, &byte) in (chunk.address..).zip(&chunk.bytes) {
            let inside = address as usize % PAYLOAD_BYTES;
            let start = address - inside as u32;
            if blocks.last().is_none_or(|(last, _)| *last != start) {
                blocks.push((start, [0xFF; PAYLOAD_BYTES]));
            }
            if let Some((_, payload)) = blocks.last_mut() {
                payload[inside] = byte;
            }
        }
    }
    let count = blocks.len() as u32;
    let mut file = Vec::with_capacity(blocks.len() * BLOCK_BYTES);
    for (number, (address, payload)) in (0..).zip(&blocks) {
        let head = [MAGIC[0], MAGIC[1], HAS_FAMILY, *address, PAYLOAD_BYTES as u32, number, count, family];
        head.iter().for_each(|word: &u32| file.extend(word.to_le_bytes()));
        file.extend(payload);
        file.resize(file.len().next_multiple_of(BLOCK_BYTES) - 4, 0);
        file.extend(MAGIC_END.to_le_bytes());
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_whole_and_numbered() {
        let chunks =
            [Chunk { address: 0x1000_0080, bytes: vec![1; 200] }, Chunk { address: 0x1000_1000, bytes: vec![2; 256] }];
        let file = write(&chunks, 0xE48B_FF56);
        assert_eq!(file.len(), 3 * 512);
        let word = |at: usize| u32::from_le_bytes(*file[at..].first_chunk().unwrap());
        for (block, address) in [0x1000_0000, 0x1000_0100, 0x1000_1000].into_iter().enumerate() {
            let at = block * 512;
            let head = [0, 4, 8, 12, 16, 20, 24, 28].map(|offset| word(at + offset));
            assert_eq!(head, [0x0A32_4655, 0x9E5D_5157, 0x2000, address, 256, block as u32, 3, 0xE48B_FF56]);
            assert_eq!(word(at + 508), 0x0AB1_6F30);
        }
        assert_eq!((file[32], file[32 + 128], file[512 + 32 + 71], file[512 + 32 + 72]), (0xFF, 1, 1, 0xFF));
    }
}
