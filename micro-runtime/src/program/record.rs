//! The records of a Program, as they lie in its bytes.
//!
//! Little-endian, without padding, made of `u32`, `i32`, `u16` and `u8` only, so that they read the same on every
//! machine. Offsets count bytes from the start of the Program or of the arena.

use core::mem::offset_of;

use bytemuck::{Pod, Zeroable};

/// The first four bytes of every Program.
pub const MAGIC: [u8; 4] = *b"TMLP";

/// The version of the format that this crate reads.
pub const FORMAT: u32 = 1;

/// A run of records, or of bytes, inside the Program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Section {
    /// Where the first record starts.
    pub offset: u32,
    /// How many records there are.
    pub count: u32,
}

/// The start of a Program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Header {
    /// [`MAGIC`].
    pub magic: [u8; 4],
    /// [`FORMAT`].
    pub format: u32,
    /// Length of the whole Program in bytes.
    pub length: u32,
    /// CRC-32 (IEEE 802.3) of everything behind this field, up to `length`.
    pub checksum: u32,
    /// Arena that the interpreter needs, in bytes.
    pub arena_bytes: u32,
    /// The [`KernelSet`](super::KernelSet) that weights and scratch are laid out for.
    pub kernel_set: u32,
    /// SHA-256 of the model that this Program was compiled from.
    pub source_digest: [u8; 32],
    /// [`SubgraphRecord`]s; the first is the one that an invocation runs.
    pub subgraphs: Section,
    /// [`OpRecord`]s.
    pub ops: Section,
    /// [`OperandRecord`]s.
    pub operands: Section,
    /// [`TensorRecord`]s of the model's inputs.
    pub inputs: Section,
    /// [`TensorRecord`]s of the model's outputs.
    pub outputs: Section,
    /// `u32` extents that the tensor records refer to.
    pub extents: Section,
    /// [`InitialiserRecord`]s.
    pub initialisers: Section,
    /// UTF-8 bytes: the labels, each ended by a NUL.
    pub labels: Section,
    /// At most one [`ListeningRecord`].
    pub listening: Section,
}

impl Header {
    /// All sections, in their order.
    pub fn sections(&self) -> &[Section] {
        bytemuck::cast_slice(&bytemuck::bytes_of(self)[offset_of!(Header, subgraphs)..])
    }
}

/// The bytes of a record of each of the [sections](Header::sections), and the section's name.
pub(super) static SECTIONS: [(u8, &str); 9] = [
    (size_of::<SubgraphRecord>() as u8, "subgraphs"),
    (size_of::<OpRecord>() as u8, "ops"),
    (size_of::<OperandRecord>() as u8, "operands"),
    (size_of::<TensorRecord>() as u8, "inputs"),
    (size_of::<TensorRecord>() as u8, "outputs"),
    (size_of::<u32>() as u8, "extents"),
    (size_of::<InitialiserRecord>() as u8, "initialisers"),
    (size_of::<u8>() as u8, "labels"),
    (size_of::<ListeningRecord>() as u8, "listening settings"),
];

/// The offset of the first byte that the checksum covers.
pub const CHECKED_FROM: usize = 16;

/// A run of ops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct SubgraphRecord {
    /// Index of the first op.
    pub first_op: u32,
    /// Number of ops.
    pub op_count: u32,
}

/// One op.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct OpRecord {
    /// The code of the kernel that runs it.
    pub kernel: u32,
    /// Where its parameters start; a multiple of 4.
    pub parameters: u32,
    /// Index of its first operand. Inputs come first, then outputs, then scratch.
    pub first_operand: u32,
    /// Length of its parameters in bytes.
    pub parameter_bytes: u16,
    /// Number of input operands.
    pub inputs: u16,
    /// Number of output operands.
    pub outputs: u16,
    /// Number of scratch operands: working memory, state, and what else only this op knows.
    pub scratch: u16,
}

/// Where an operand lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Region {
    /// Nowhere: an optional operand that is not there.
    Absent = 0,
    /// In the Program.
    Constant = 1,
    /// In the arena.
    Arena = 2,
}

impl Region {
    /// The region with this code, if there is one.
    pub const fn from_code(code: u8) -> Option<Region> {
        match code {
            0 => Some(Region::Absent),
            1 => Some(Region::Constant),
            2 => Some(Region::Arena),
            _ => None,
        }
    }
}

/// One operand of an op.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct OperandRecord {
    /// First byte, from the start of the Program or of the arena.
    pub offset: u32,
    /// Length in bytes.
    pub bytes: u32,
    /// A [`Region`].
    pub region: u8,
    /// An [`ElementType`](crate::arena::ElementType); 0 for an absent operand.
    pub element_type: u8,
    /// Zero.
    pub reserved: u16,
}

/// An input or output of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct TensorRecord {
    /// Where it lies.
    pub operand: OperandRecord,
    /// Index of its first extent.
    pub first_extent: u32,
    /// Number of its dimensions.
    pub rank: u32,
    /// The bits of its `f32` scale; 0 when it is not quantised.
    pub scale_bits: u32,
    /// Its zero point.
    pub zero_point: i32,
}

/// What a run of persistent arena bytes starts as, before the first invocation and after a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct InitialiserRecord {
    /// First byte in the arena.
    pub arena_offset: u32,
    /// Length in bytes.
    pub bytes: u32,
    /// Where the bytes are in the Program, or [`NO_DATA`].
    pub data_offset: u32,
    /// The value of every byte when there is no data.
    pub fill: u32,
}

/// The `data_offset` of an initialiser without data.
pub const NO_DATA: u32 = u32::MAX;

/// How a model that takes sound wants to be listened with: the audio front end that it was trained on, how often it
/// is invoked, and the settings of the detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct ListeningRecord {
    /// Samples a second.
    pub sample_rate_hz: u32,
    /// Samples in a window.
    pub window_samples: u32,
    /// Samples between the starts of two windows.
    pub stride_samples: u32,
    /// Channels in a feature row.
    pub channels: u32,
    /// Feature rows from one invocation to the next.
    pub stride_rows: u32,
    /// Milliseconds over which the detector averages scores.
    pub average_window_ms: u32,
    /// What an averaged score must exceed, 0 to 254.
    pub threshold: u32,
    /// The least number of results before anything is reported.
    pub minimum_count: u32,
    /// Milliseconds in which a word is not reported again.
    pub suppression_ms: u32,
    /// Bit `n` set: label `n` is never reported.
    pub ignored_labels: u32,
}

const _: () = {
    assert!(size_of::<Header>() == 128);
    assert!(offset_of!(Header, subgraphs) + SECTIONS.len() * size_of::<Section>() == size_of::<Header>());
    assert!(size_of::<SubgraphRecord>() == 8);
    assert!(size_of::<OpRecord>() == 20);
    assert!(size_of::<OperandRecord>() == 12);
    assert!(size_of::<TensorRecord>() == 28);
    assert!(size_of::<InitialiserRecord>() == 16);
    assert!(size_of::<ListeningRecord>() == 40);
};
