//! Why a Program was refused.

use core::fmt;

/// Why [`Program::parse`](super::Program::parse) refused some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramError {
    /// The bytes do not start on a multiple of [`ALIGNMENT`](crate::arena::ALIGNMENT).
    Unaligned,
    /// There are fewer bytes than the Program has.
    TooShort {
        /// Bytes given.
        found: usize,
        /// Bytes needed.
        needed: usize,
    },
    /// The first bytes are not those of a Program.
    NotAProgram {
        /// The first four bytes.
        found: [u8; 4],
    },
    /// The format has another version.
    Format {
        /// Version of the Program.
        found: u32,
        /// Version that this crate reads.
        needed: u32,
    },
    /// The bytes are not those that the host wrote.
    Checksum {
        /// CRC-32 of the bytes.
        found: u32,
        /// CRC-32 in the header.
        needed: u32,
    },
    /// The kernel set is unknown.
    KernelSet {
        /// The value in the header.
        found: u32,
    },
    /// A section of the header is not inside the Program, or holds what it must not.
    Section {
        /// Its name.
        name: &'static str,
    },
    /// An operand is not inside its region, or not aligned to its element type.
    Operand {
        /// Its index among all operands.
        index: u32,
    },
    /// An op needs a kernel that is not linked.
    Kernel {
        /// Index of the op.
        index: u32,
        /// Code of the kernel.
        code: u32,
    },
    /// An op's parameters or operands do not fit together.
    Op {
        /// Index of the op.
        index: u32,
        /// What is wrong.
        fault: &'static str,
    },
}

impl fmt::Display for ProgramError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            ProgramError::Unaligned => write!(formatter, "the Program does not start on a multiple of 16 bytes"),
            ProgramError::TooShort { found, needed } => {
                write!(formatter, "the Program is cut short: {found} bytes found, {needed} bytes needed")
            }
            ProgramError::NotAProgram { found } => {
                write!(formatter, "not a Program: it starts with {found:02x?}, not with \"TMLP\"")
            }
            ProgramError::Format { found, needed } => {
                write!(formatter, "the Program has format {found}, this runtime reads format {needed}")
            }
            ProgramError::Checksum { found, needed } => {
                write!(formatter, "the Program is damaged: its CRC-32 is 0x{found:08x}, its header says 0x{needed:08x}")
            }
            ProgramError::KernelSet { found } => write!(formatter, "the Program names the unknown kernel set {found}"),
            ProgramError::Section { name } => write!(formatter, "the Program's {name} are not well formed"),
            ProgramError::Operand { index } => {
                write!(formatter, "operand {index} of the Program lies outside its region")
            }
            ProgramError::Kernel { index, code } => {
                write!(formatter, "op {index} of the Program needs kernel 0x{code:08x}, which is not linked")
            }
            ProgramError::Op { index, fault } => write!(formatter, "op {index} of the Program: {fault}"),
        }
    }
}

impl core::error::Error for ProgramError {}
