//! What the Ambiq Secure Bootloader takes: the image with a head, cut into blocks with heads of their own.

use micro_runtime::program::crc32;

/// Bytes of the head of the image.
pub const IMAGE_HEAD_BYTES: usize = 128;

/// Bytes of the head of a block.
pub const BLOCK_HEAD_BYTES: usize = 96;

/// Where the loader collects the image before it puts it in its place.
pub const STAGING_ADDRESS: u32 = 0x0002_0000;

/// Where the loader writes down what is to be installed. The image may be collected up to here.
pub const DESCRIPTOR_ADDRESS: u32 = 0x000F_E000;

/// Image bytes in a block, as the vendor's tool cuts them.
pub const SPLIT_BYTES: u32 = 0x0004_8000;

/// The pages on which blocks must start.
pub const PAGE_BYTES: u32 = 8192;

/// The most bytes that can be collected, the head of the image included.
pub const MAXIMUM_BYTES: u32 = DESCRIPTOR_ADDRESS - STAGING_ADDRESS;

/// A main image that is not secured: the only kind that is made here.
const MAGIC_MAIN: u32 = 0xCB;
/// Check the CRC at installation; both key indices 8, no algorithms.
const SECURITY: u32 = 0x1000_8080;
/// Keys 8, no algorithms.
const BLOCK_SECURITY: u32 = 0x0800_0800;
/// The type of a main image that is not secured.
const TYPE_MAIN: u8 = 6;
/// What guards the flash against accidents.
const FLASH_KEY: u32 = 0x1234_4321;

/// A block, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Head and payload.
    pub bytes: Vec<u8>,
    /// CRC-32 of all of it.
    pub checksum: u32,
}

fn put(bytes: &mut [u8], offset: usize, word: u32) {
    bytes[offset..offset + 4].copy_from_slice(&word.to_le_bytes());
}

/// The application with the head that the loader checks and strips. It is padded to words, with bytes that say how many
/// they are.
pub fn image(load_address: u32, application: &[u8]) -> Vec<u8> {
    let padding = application.len().next_multiple_of(4) - application.len();
    let mut bytes = vec![0; IMAGE_HEAD_BYTES];
    bytes.extend(application);
    bytes.extend(std::iter::repeat_n(padding as u8, padding));
    let length = bytes.len() as u32;
    put(&mut bytes, 0, MAGIC_MAIN << 24 | length);
    put(&mut bytes, 8, SECURITY);
    put(&mut bytes, 112, load_address);
    put(&mut bytes, 120, u32::MAX);
    put(&mut bytes, 124, u32::MAX);
    let checksum = crc32(&bytes[8..]);
    put(&mut bytes, 4, checksum);
    bytes
}

/// The image with its head, cut into blocks of `split_bytes`, in the order of their addresses.
pub fn blocks(image: &[u8], split_bytes: u32) -> Vec<Block> {
    let pieces = image.chunks(split_bytes as usize).enumerate();
    pieces
        .map(|(number, piece)| {
            let mut bytes = vec![0; BLOCK_HEAD_BYTES];
            put(&mut bytes, 0, BLOCK_SECURITY);
            bytes[80] = TYPE_MAIN;
            // The block that starts the installation; it is sent last.
            bytes[81] = (number == 0).into();
            put(&mut bytes, 84, FLASH_KEY);
            put(&mut bytes, 88, STAGING_ADDRESS + split_bytes * number as u32);
            put(&mut bytes, 92, piece.len() as u32);
            bytes.extend(piece);
            Block { checksum: crc32(&bytes), bytes }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|index| index as u8).collect()
    }

    #[test]
    fn heads_of_the_worked_example() {
        let image = image(0xC000, &counting(1024));
        assert_eq!(image.len(), 1152);
        assert_eq!(image[..12], [0x80, 0x04, 0x00, 0xcb, 0x4c, 0x69, 0x9c, 0x7a, 0x80, 0x80, 0x00, 0x10]);
        assert_eq!(image[112..128], [0, 0xc0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
        let blocks = blocks(&image, SPLIT_BYTES);
        assert_eq!((blocks.len(), blocks[0].bytes.len(), blocks[0].checksum), (1, 1248, 0x7491_2F7C));
        assert_eq!(
            blocks[0].bytes[80..96],
            [6, 1, 0, 0, 0x21, 0x43, 0x34, 0x12, 0, 0, 2, 0, 0x80, 4, 0, 0],
            "type, options, key, address, length"
        );
    }

    #[test]
    fn padding_says_how_long_it_is() {
        let application: Vec<u8> = (0..1027).map(|index| (7 * index + 3) as u8).collect();
        let padded = image(0xC000, &application);
        assert_eq!((padded.len(), padded.last()), (1156, Some(&1)));
        assert_eq!(blocks(&padded, SPLIT_BYTES)[0].checksum, 0xCF6A_43A5);
        assert_eq!(image(0xC000, &counting(1025))[1153..], [3, 3, 3]);
    }

    #[test]
    fn only_the_first_block_starts_the_installation() {
        let application: Vec<u8> = (0..300_000u32).map(|index| ((index >> 8) ^ (index * 13)) as u8).collect();
        let blocks = blocks(&image(0xC000, &application), SPLIT_BYTES);
        let facts: Vec<_> = blocks.iter().map(|block| (block.bytes.len(), block.checksum, block.bytes[81])).collect();
        assert_eq!(facts, [(295_008, 0xB2C5_5CDC, 1), (5312, 0x3B8C_2F50, 0)]);
        assert_eq!(blocks[1].bytes[88..92], 0x0006_8000_u32.to_le_bytes());
    }
}
