//! What goes where on a board: firmware and Program as one image, or a refusal.
//!
//! Everything here is pure. An image that was built lies inside what an application may occupy, starts with a sound
//! vector table, and holds a Program that its firmware can run.

use micro_runtime::board::{Board, Range};
use micro_runtime::program::{Program, crc32};
use thiserror::Error;

use super::firmware::Firmware;
use super::fit::{self, Misfit};
use super::format::{Chunk, hex, uf2};
use super::words::{self, address};

/// What a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The firmware, or a piece of it.
    Firmware,
    /// The model, as a Program.
    Program,
}

/// Bytes at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What it is.
    pub part: Part,
    /// Where it lies, and its bytes.
    pub chunk: Chunk,
}

/// An image for a board.
#[derive(Clone, Debug)]
pub struct FlashImage {
    /// The board.
    pub board: &'static Board,
    /// What is in it, in the order of addresses, nothing over anything else.
    pub segments: Vec<Segment>,
}

/// Why there is no image.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ImageError {
    /// The firmware and the Program want the same place.
    #[error("the firmware ends at {}, the Program starts at {}: {} too many", address(*firmware_end), address(*program_start), words::bytes(firmware_end - u64::from(*program_start)))]
    Overlap {
        /// One past the last address of the firmware.
        firmware_end: u64,
        /// The first address of the Program.
        program_start: u32,
    },
    /// The firmware does not say where it looks for a Program.
    #[error("the firmware does not say that it runs models: its vector table points to no record")]
    NoRecord,
    /// The Program cannot run there.
    #[error("{0}")]
    Misfit(#[from] Misfit),
    /// The Program reaches past the end.
    #[error("the Program takes {} of flash, {} available on {board}", words::bytes(*needed), words::bytes(*available))]
    Length {
        /// The board.
        board: &'static str,
        /// Its length.
        needed: u64,
        /// What there is.
        available: u64,
    },
    /// The board takes no files of this kind.
    #[error("{board} takes no UF2 files")]
    NoUf2 {
        /// The board.
        board: &'static str,
    },
}

impl ImageError {
    /// The next step.
    pub fn help(&self) -> String {
        match self {
            ImageError::Overlap { program_start, .. } => {
                format!("make the firmware smaller: it must end before {}", address(*program_start))
            }
            ImageError::NoRecord => {
                "leave --model out to send the firmware alone, or build it with micro-runtime's record".to_string()
            }
            ImageError::Misfit(misfit) => misfit.help(),
            ImageError::Length { .. } => "use a smaller model, or a board with more flash".to_string(),
            ImageError::NoUf2 { .. } => "write a .hex or .bin file instead".to_string(),
        }
    }

    /// Whether something is too large, or in the way of something else.
    pub fn is_misfit(&self) -> bool {
        !matches!(self, ImageError::NoRecord | ImageError::NoUf2 { .. })
    }
}

impl FlashImage {
    /// Firmware and Program, either of which may be left out, as an image for a board.
    ///
    /// Without a firmware the Program is laid out for the one that is on the board; `firmware_there` says what is known
    /// about that.
    pub fn build(
        board: &'static Board,
        firmware: Option<&Firmware>,
        program: Option<&Program<'_>>,
        firmware_there: Option<&Firmware>,
    ) -> Result<FlashImage, ImageError> {
        let mut segments = Vec::new();
        for chunk in firmware.into_iter().flat_map(|firmware| &firmware.chunks) {
            segments.push(Segment { part: Part::Firmware, chunk: chunk.clone() });
        }
        if let Some(program) = program {
            let start = match firmware.or(firmware_there) {
                Some(firmware) => {
                    let record = firmware.record.as_ref().ok_or(ImageError::NoRecord)?;
                    fit::check(record, program)?;
                    record.facts.program_start
                }
                None => board.program.start,
            };
            let firmware_end = firmware.map_or(0, Firmware::end);
            if firmware_end > u64::from(start) {
                return Err(ImageError::Overlap { firmware_end, program_start: start });
            }
            let (needed, available) = (program.bytes().len() as u64, u64::from(board.application.end() - start));
            if needed > available {
                return Err(ImageError::Length { board: board.name, needed, available });
            }
            let chunk = Chunk { address: start, bytes: program.bytes().to_vec() };
            segments.push(Segment { part: Part::Program, chunk });
        }
        Ok(FlashImage { board, segments })
    }

    /// The first address.
    pub fn start(&self) -> u32 {
        self.segments.first().map_or(0, |segment| segment.chunk.address)
    }

    /// One past the last address.
    pub fn end(&self) -> u32 {
        self.segments.last().map_or(0, |segment| segment.chunk.end() as u32)
    }

    /// What lies between the segments.
    pub fn gaps(&self) -> Vec<Range> {
        let pairs = self.segments.windows(2);
        let gaps = pairs.map(|pair| Range::new(pair[0].chunk.end() as u32, pair[1].chunk.address));
        gaps.filter(|gap| gap.bytes > 0).collect()
    }

    /// The addresses of the pages that hold a byte of the image.
    pub fn pages(&self) -> Vec<u32> {
        let page_bytes = self.board.page_bytes;
        let mut pages: Vec<u32> = self
            .segments
            .iter()
            .flat_map(|segment| {
                let first = segment.chunk.address / page_bytes;
                let last = (segment.chunk.end() - 1) / u64::from(page_bytes);
                (first..=last as u32).map(|page| page * page_bytes)
            })
            .collect();
        pages.dedup();
        pages
    }

    /// All bytes from the first to the last address; gaps hold erased bytes.
    pub fn flat(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity((self.end() - self.start()) as usize);
        for Segment { chunk, .. } in &self.segments {
            bytes.resize((chunk.address - self.start()) as usize, 0xFF);
            bytes.extend(&chunk.bytes);
        }
        bytes
    }

    /// The CRC-32 of [`FlashImage::flat`].
    pub fn checksum(&self) -> u32 {
        crc32(&self.flat())
    }

    fn chunks(&self) -> Vec<Chunk> {
        self.segments.iter().map(|segment| segment.chunk.clone()).collect()
    }

    /// The image as Intel HEX; gaps are left out.
    pub fn hex(&self) -> String {
        hex::write(&self.chunks())
    }

    /// The image as UF2, for boards that take it.
    pub fn uf2(&self) -> Result<Vec<u8>, ImageError> {
        let family = self.board.uf2_family.ok_or(ImageError::NoUf2 { board: self.board.name })?;
        Ok(uf2::write(&self.chunks(), family))
    }
}
