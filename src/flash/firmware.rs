//! A firmware as it is in a file: pieces at addresses, and what it says about itself.

use bytemuck::pod_read_unaligned;
use micro_runtime::board::firmware::{FORMAT, FirmwareRecord, MAGIC, RECORD_VECTOR};
use micro_runtime::board::{ALL, Board, Range};
use thiserror::Error;

use super::contents::Contents;
use super::format::{self, Chunk, Format, FormatError};
use super::words::{self, address};

/// The prebuilt images, by the names of their boards, and what their bytes are there for, as JSON.
static PREBUILT: &[(&str, &[u8], &str)] = include!(concat!(env!("OUT_DIR"), "/firmware.rs"));

/// The prebuilt image for a board.
pub fn prebuilt(board: &Board) -> Option<&'static [u8]> {
    PREBUILT.iter().find(|(name, ..)| *name == board.name).map(|(_, image, _)| *image)
}

/// What the bytes of the prebuilt image for a board are there for.
pub fn prebuilt_contents(board: &Board) -> Option<Contents> {
    let (.., data) = PREBUILT.iter().find(|(name, ..)| *name == board.name)?;
    Some(serde_json::from_str(data).expect("a test wrote it and compares it with the image"))
}

/// The names of the boards that have a prebuilt image.
pub fn prebuilt_boards() -> impl Iterator<Item = &'static str> {
    ALL.into_iter().map(|board| board.name).filter(|name| PREBUILT.iter().any(|(known, ..)| known == name))
}

/// A firmware.
#[derive(Clone, Debug)]
pub struct Firmware {
    /// The format of its file.
    pub format: Format,
    /// Its bytes, in the order of their addresses, apart from one another.
    pub chunks: Vec<Chunk>,
    /// What it says about itself; a firmware of another make says nothing.
    pub record: Option<Record>,
}

/// What a firmware says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The facts.
    pub facts: FirmwareRecord,
    /// The codes of the kernels that it links.
    pub kernels: Vec<u32>,
}

/// Why a firmware cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FirmwareError {
    /// Its file is wrong.
    #[error("{0}")]
    Format(#[from] FormatError),
    /// It does not fit where it is to lie.
    #[error("{what} takes {} from {} to {}, {board} has {} from {} to {} for it", words::bytes(end - u64::from(*start)), address(*start), address(*end), words::bytes(available.bytes), address(available.start), address(available.end()))]
    Outside {
        /// What does not fit.
        what: &'static str,
        /// The board.
        board: &'static str,
        /// Its first address.
        start: u32,
        /// One past its last address.
        end: u64,
        /// Where it may lie.
        available: Range,
    },
    /// The vector table is missing.
    #[error("no vector table at {}, where {board} starts: the image starts at {}", address(*at), address(*found))]
    NoVectors {
        /// The board.
        board: &'static str,
        /// Where it must be.
        at: u32,
        /// Where the image starts.
        found: u32,
    },
    /// The first word of the vector table is wrong.
    #[error("the stack pointer is {}, a multiple of 8 from {} to {} (the memory of {board}) needed", address(*found), address(ram.start), address(ram.end()))]
    StackPointer {
        /// The board.
        board: &'static str,
        /// What it is.
        found: u32,
        /// The memory.
        ram: Range,
    },
    /// The second word of the vector table is wrong.
    #[error("the reset vector is {}, an odd address inside the image needed", address(*found))]
    ResetVector {
        /// What it is.
        found: u32,
    },
    /// What it says about itself is of another version.
    #[error("its record has format {found}, format {FORMAT} is read")]
    RecordFormat {
        /// The version.
        found: u32,
    },
    /// What it says about itself is damaged.
    #[error("its record is damaged: {0}")]
    Record(&'static str),
    /// It was made for another board.
    #[error("made for {found}, not for {board}")]
    Board {
        /// The board that it was made for.
        found: String,
        /// The board that was asked for.
        board: &'static str,
    },
}

impl FirmwareError {
    /// The next step.
    pub fn help(&self) -> String {
        match self {
            FirmwareError::Format(error) => error.help().to_string(),
            FirmwareError::Outside { board, available, .. } => format!(
                "link it for {board}: flash from {}, {} at most; the rest is the bootloader's",
                address(available.start),
                words::bytes(available.bytes)
            ),
            FirmwareError::NoVectors { at, .. } => {
                format!("link the vector table to {}, or give an ELF file instead of a raw binary", address(*at))
            }
            FirmwareError::StackPointer { .. } | FirmwareError::ResetVector { .. } => {
                "is this a firmware for this board? A raw binary must start with the vector table".to_string()
            }
            FirmwareError::RecordFormat { .. } | FirmwareError::Record(_) => {
                "build the firmware with the micro-runtime that came with this tinyml".to_string()
            }
            FirmwareError::Board { found, .. } => format!("use --board {found}, or another firmware"),
        }
    }

    /// Whether it is sound, but too large or in the wrong place.
    pub fn is_misfit(&self) -> bool {
        matches!(self, FirmwareError::Outside { .. })
    }
}

impl Firmware {
    /// Reads a file and checks that what is in it can start on the board.
    pub fn read(bytes: &[u8], board: &'static Board) -> Result<Firmware, FirmwareError> {
        let format = format::sniff(bytes)?;
        let chunks = match format {
            Format::Elf => format::elf::read(bytes)?,
            Format::Hex => format::hex::read(bytes)?,
            Format::Raw => vec![Chunk { address: board.application.start, bytes: bytes.to_vec() }],
        };
        for chunk in &chunks {
            let fits = chunk.address >= board.application.start && chunk.end() <= u64::from(board.application.end());
            if !fits {
                return Err(FirmwareError::Outside {
                    what: "firmware",
                    board: board.name,
                    start: chunk.address,
                    end: chunk.end(),
                    available: board.application,
                });
            }
        }
        let mut firmware = Firmware { format, chunks, record: None };
        firmware.check_vectors(board)?;
        firmware.record = firmware.find_record(board)?;
        Ok(firmware)
    }

    /// `bytes` bytes from `address` on, where all of them are in the image.
    fn at(&self, address: u32, bytes: usize) -> Option<&[u8]> {
        let chunk = self.chunks.iter().rev().find(|chunk| chunk.address <= address)?;
        chunk.bytes.get((address - chunk.address) as usize..)?.get(..bytes)
    }

    fn word(&self, address: u32) -> Option<u32> {
        self.at(address, 4).map(pod_read_unaligned)
    }

    fn check_vectors(&self, board: &'static Board) -> Result<(), FirmwareError> {
        let at = board.vectors();
        let (Some(stack), Some(reset)) = (self.word(at), self.word(at + 4)) else {
            let found = self.chunks.first().map_or(0, |chunk| chunk.address);
            return Err(FirmwareError::NoVectors { board: board.name, at, found });
        };
        let ram = board.ram;
        if stack <= ram.start || stack > ram.end() || !stack.is_multiple_of(8) {
            return Err(FirmwareError::StackPointer { board: board.name, found: stack, ram });
        }
        if reset.is_multiple_of(2) || self.at(reset - 1, 2).is_none() {
            return Err(FirmwareError::ResetVector { found: reset });
        }
        Ok(())
    }

    /// What the vector table points to, when it is a record.
    fn find_record(&self, board: &'static Board) -> Result<Option<Record>, FirmwareError> {
        let pointer = self.word(board.vectors() + 4 * RECORD_VECTOR as u32);
        let Some(head) = pointer.and_then(|pointer| self.at(pointer, 8)).filter(|head| head.starts_with(&MAGIC)) else {
            return Ok(None);
        };
        let found: u32 = pod_read_unaligned(&head[4..]);
        if found != FORMAT {
            return Err(FirmwareError::RecordFormat { found });
        }
        let record = pointer.and_then(|pointer| self.at(pointer, size_of::<FirmwareRecord>()));
        let record = record.ok_or(FirmwareError::Record("it reaches past the end of the image"))?;
        let facts: FirmwareRecord = pod_read_unaligned(record);
        let name = facts.board().ok_or(FirmwareError::Record("the name of its board is no text"))?;
        if name != board.name {
            return Err(FirmwareError::Board { found: name.to_string(), board: board.name });
        }
        facts.kernel_set().ok_or(FirmwareError::Record("its kernel set is unknown"))?;
        if !board.application.holds(facts.program_start, facts.program_bytes)
            || !facts.program_start.is_multiple_of(board.page_bytes)
        {
            return Err(FirmwareError::Record("the place of its Program is not inside the flash of the board"));
        }
        let bytes = (facts.kernel_count as usize).checked_mul(4);
        let kernels = bytes.and_then(|bytes| self.at(facts.kernels, bytes));
        let kernels = kernels.ok_or(FirmwareError::Record("its list of kernels is not inside the image"))?;
        Ok(Some(Record { facts, kernels: kernels.chunks_exact(4).map(pod_read_unaligned).collect() }))
    }

    /// One past its last address.
    pub fn end(&self) -> u64 {
        self.chunks.last().map_or(0, Chunk::end)
    }

    /// The number of its bytes.
    pub fn bytes(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.bytes.len() as u64).sum()
    }
}
