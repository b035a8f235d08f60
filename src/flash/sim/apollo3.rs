//! The flash of the Apollo3, with the rules of the real one.
//!
//! Pages of 8 KB in two instances are erased to ones; a word can be written once after that, and writing only clears
//! bits. The boot ROM's helpers want a key and answer with codes. What no tool of ours may do is done all the same, and
//! counted in [`Flash::offences`].

use std::collections::BTreeMap;

/// Bytes of a page.
pub const PAGE_BYTES: u32 = 8192;

/// One past the last address.
pub const END: u32 = 0x0010_0000;

/// Where the pages of the bootloader end.
pub const BOOTLOADER_END: u32 = 0x0000_C000;

/// What guards the helpers against accidents.
pub const KEY: u32 = 0x1234_4321;

const PAGES_OF_AN_INSTANCE: u32 = 64;

/// What the helpers of the boot ROM return.
pub mod code {
    /// Done.
    pub const OK: u32 = 0;
    /// The key is wrong.
    pub const KEY: u32 = 1;
    /// There is no such instance; of programming: the destination is wrong.
    pub const INSTANCE: u32 = 2;
    /// There is no such page; of programming: the range reaches past the end.
    pub const PAGE: u32 = 3;
    /// The source is not a word's address.
    pub const SOURCE: u32 = 4;
}

/// The flash of one chip. Pages that were never touched are erased.
#[derive(Clone, Debug, Default)]
pub struct Flash {
    pages: BTreeMap<u32, Vec<u8>>,
    offences: Vec<String>,
}

impl Flash {
    /// What was done that must not be: the bootloader erased or programmed, a word programmed twice.
    pub fn offences(&self) -> &[String] {
        &self.offences
    }

    /// `bytes` bytes from `address` on.
    pub fn read(&self, address: u32, bytes: usize) -> Vec<u8> {
        let mut read = Vec::with_capacity(bytes);
        let mut at = address;
        while read.len() < bytes {
            let inside = (at % PAGE_BYTES) as usize;
            let count = (PAGE_BYTES as usize - inside).min(bytes - read.len());
            match self.pages.get(&(at / PAGE_BYTES)) {
                Some(page) => read.extend(&page[inside..inside + count]),
                None => read.resize(read.len() + count, 0xFF),
            }
            at += count as u32;
        }
        read
    }

    /// The helper that erases a page.
    pub fn page_erase(&mut self, key: u32, instance: u32, page: u32) -> u32 {
        if key != KEY {
            return code::KEY;
        }
        if instance > 1 {
            return code::INSTANCE;
        }
        if page >= PAGES_OF_AN_INSTANCE {
            return code::PAGE;
        }
        let page = instance * PAGES_OF_AN_INSTANCE + page;
        if page * PAGE_BYTES < BOOTLOADER_END {
            self.offences.push(format!("the bootloader's page {page} was erased"));
        }
        self.pages.remove(&page);
        code::OK
    }

    /// The helper that programs words. `source_address` is where they come from.
    pub fn program_main(&mut self, key: u32, source_address: u32, words: &[u32], destination: u32) -> u32 {
        if key != KEY {
            return code::KEY;
        }
        if !destination.is_multiple_of(4) || destination >= END {
            return code::INSTANCE;
        }
        if words.len() > ((END - destination) / 4) as usize {
            return code::PAGE;
        }
        if !source_address.is_multiple_of(4) {
            return code::SOURCE;
        }
        for (address, word) in (destination..).step_by(4).zip(words) {
            self.program_word(address, *word);
        }
        code::OK
    }

    fn program_word(&mut self, address: u32, word: u32) {
        if address < BOOTLOADER_END {
            self.offences.push(format!("the bootloader was programmed at 0x{address:08x}"));
        }
        let page = self.pages.entry(address / PAGE_BYTES).or_insert_with(|| vec![0xFF; PAGE_BYTES as usize]);
        let inside = (address % PAGE_BYTES) as usize;
        let bytes = &mut page[inside..inside + 4];
        if word != u32::MAX && bytes.iter().any(|&byte| byte != 0xFF) {
            self.offences.push(format!("the word at 0x{address:08x} was programmed twice"));
        }
        for (byte, new) in bytes.iter_mut().zip(word.to_le_bytes()) {
            *byte &= new;
        }
    }

    /// Programs bytes, of which there are whole words, as a loader does.
    pub fn program_bytes(&mut self, address: u32, bytes: &[u8]) -> u32 {
        let words: Vec<u32> = bytes
            .chunks(4)
            .map(|word| {
                let mut padded = [0xFF; 4];
                padded[..word.len()].copy_from_slice(word);
                u32::from_le_bytes(padded)
            })
            .collect();
        self.program_main(KEY, 0x1000_0000, &words, address)
    }

    /// Erases the page at `address` as a loader does.
    pub fn erase_at(&mut self, address: u32) -> u32 {
        self.page_erase(KEY, address >> 19 & 1, address >> 13 & 63)
    }

    /// Erases the page at `address` and programs `bytes` there.
    pub fn replace_page(&mut self, address: u32, bytes: &[u8]) {
        self.erase_at(address);
        self.program_bytes(address, bytes);
    }

    /// What the page at `address` holds when the supply goes away while `bytes` are put there: the first half of them.
    pub fn tear_page(&mut self, address: u32, bytes: &[u8]) {
        self.erase_at(address);
        self.program_bytes(address, &bytes[..bytes.len() / 8 * 4]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helpers_answer_with_the_codes_of_the_rom() {
        let mut flash = Flash::default();
        assert_eq!(flash.page_erase(0xDEAD_BEEF, 0, 10), code::KEY);
        assert_eq!(flash.page_erase(KEY, 2, 10), code::INSTANCE);
        assert_eq!(flash.page_erase(KEY, 0, 64), code::PAGE);
        assert_eq!(flash.program_main(0, 0x1000_0000, &[0], 0xC000), code::KEY);
        assert_eq!(flash.program_main(KEY, 0x1000_0000, &[0], END), code::INSTANCE);
        assert_eq!(flash.program_main(KEY, 0x1000_0000, &[0, 0], END - 4), code::PAGE);
        assert_eq!(flash.program_main(KEY, 0x1000_0002, &[0], 0xC000), code::SOURCE);
        assert_eq!(flash.program_main(KEY, 0x1000_0000, &[0x1234_5678], END - 4), code::OK);
        assert_eq!(flash.read(END - 4, 4), [0x78, 0x56, 0x34, 0x12]);
        assert!(flash.offences().is_empty());
    }

    #[test]
    fn writing_twice_only_clears_bits_and_is_an_offence() {
        let mut flash = Flash::default();
        flash.program_bytes(0xC000, &[0xF0, 0xFF, 0xFF, 0xFF]);
        flash.program_bytes(0xC000, &[0x0F, 0xFF, 0xFF, 0xFF]);
        assert_eq!((flash.read(0xC000, 1), flash.offences().len()), (vec![0], 1));
        flash.erase_at(0xC000);
        assert_eq!(flash.read(0xC000, 2), [0xFF, 0xFF]);
    }

    #[test]
    fn the_bootloader_is_guarded() {
        let mut flash = Flash::default();
        flash.erase_at(BOOTLOADER_END - 1);
        flash.program_bytes(0, &[0; 4]);
        flash.replace_page(BOOTLOADER_END, &[0; 8]);
        assert_eq!(flash.offences().len(), 2);
    }

    #[test]
    fn pages_of_both_instances_are_apart() {
        let mut flash = Flash::default();
        flash.program_bytes(0x7FFFC, &[1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(flash.page_erase(KEY, 1, 0), code::OK);
        assert_eq!(flash.read(0x7FFFC, 8), [1, 2, 3, 4, 0xFF, 0xFF, 0xFF, 0xFF]);
    }
}
