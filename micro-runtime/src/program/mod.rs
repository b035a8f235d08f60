//! The Program: what the host makes of a model, and what host and chip run where it lies.
//!
//! [`Program::parse`] is the one place that doubts the bytes. It follows every offset, asks every kernel to check
//! its op, and afterwards running cannot leave the Program or the arena.

mod checksum;
mod error;
pub mod record;

use core::fmt;

use bytemuck::Pod;

use crate::arena::{ALIGNMENT, ElementType};
use crate::kernels::{Kernel, Op};
pub use checksum::{Checksum, crc32, crc32_of};
pub use error::ProgramError;
use record::*;

/// Which kernels a Program was laid out for: weight packing and scratch follow it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KernelSet {
    /// The plain kernels, for any machine.
    #[default]
    Generic,
    /// Kernels for Cortex-M4 and M7 with the DSP extension.
    Armv7em,
}

impl KernelSet {
    /// The value in the header.
    pub const fn code(self) -> u32 {
        self as u32
    }

    /// The kernel set with this code, if there is one.
    pub const fn from_code(code: u32) -> Option<KernelSet> {
        match code {
            0 => Some(KernelSet::Generic),
            1 => Some(KernelSet::Armv7em),
            _ => None,
        }
    }

    /// `generic` or `armv7em`.
    pub const fn name(self) -> &'static str {
        match self {
            KernelSet::Generic => "generic",
            KernelSet::Armv7em => "armv7em",
        }
    }
}

impl fmt::Display for KernelSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The most subgraphs of a Program. A call needs stack, and a subgraph calls only subgraphs behind itself, so this also
/// bounds how deep calls are nested.
pub const MAXIMUM_SUBGRAPHS: usize = 256;

/// A checked Program, borrowed from flash or from the host's memory.
#[derive(Clone, Copy)]
pub struct Program<'p> {
    bytes: &'p [u8],
    header: &'p Header,
    find: fn(u32) -> Option<&'static Kernel>,
}

impl<'p> Program<'p> {
    /// Checks `bytes`, which start on a multiple of [`ALIGNMENT`] and may be longer than the Program.
    ///
    /// `find` gives the kernel for a code: the `find` of a set that [`kernels!`](crate::kernels!) made.
    pub fn parse(bytes: &'p [u8], find: fn(u32) -> Option<&'static Kernel>) -> Result<Program<'p>, ProgramError> {
        let program = Program::open(bytes, find)?;
        program.checksum().finish()?;
        program.check()?;
        Ok(program)
    }

    /// As [`parse`](Program::parse), with the checksum left to the caller: most of the time that parsing takes, to be
    /// spread over whatever else there is to do before the Program is first run.
    ///
    /// The Program that this returns is sound: running it stays inside of it and the arena. Only its checksum says that
    /// it is the one that the host wrote. Of bytes that are not sound, the checksum is computed at once, for then it is
    /// the better reason.
    pub fn parse_before_checksum(
        bytes: &'p [u8],
        find: fn(u32) -> Option<&'static Kernel>,
    ) -> Result<(Program<'p>, Checksum<'p>), ProgramError> {
        let program = Program::open(bytes, find)?;
        match program.check() {
            Ok(()) => Ok((program, program.checksum())),
            Err(error) => Err(program.checksum().finish().err().unwrap_or(error)),
        }
    }

    fn checksum(&self) -> Checksum<'p> {
        Checksum::new(&self.bytes[CHECKED_FROM..], self.header.checksum)
    }

    /// Checks that `bytes` are those of a Program of this format, all of them.
    fn open(bytes: &'p [u8], find: fn(u32) -> Option<&'static Kernel>) -> Result<Program<'p>, ProgramError> {
        if !(bytes.as_ptr() as usize).is_multiple_of(ALIGNMENT) {
            return Err(ProgramError::Unaligned);
        }
        let Some(start) = bytes.get(..size_of::<Header>()) else {
            return Err(ProgramError::TooShort { found: bytes.len(), needed: size_of::<Header>() });
        };
        let header: &Header = bytemuck::from_bytes(start);
        if header.magic != MAGIC {
            return Err(ProgramError::NotAProgram { found: header.magic });
        }
        if header.format != FORMAT {
            return Err(ProgramError::Format { found: header.format, needed: FORMAT });
        }
        let length = header.length as usize;
        let Some(bytes) = bytes.get(..length).filter(|bytes| bytes.len() >= size_of::<Header>()) else {
            return Err(ProgramError::TooShort { found: bytes.len(), needed: length });
        };
        Ok(Program { bytes, header, find })
    }

    fn check(&self) -> Result<(), ProgramError> {
        let header = self.header;
        if KernelSet::from_code(header.kernel_set).is_none() {
            return Err(ProgramError::KernelSet { found: header.kernel_set });
        }
        self.checked::<SubgraphRecord>(header.subgraphs, "subgraphs")?;
        self.checked::<OpRecord>(header.ops, "ops")?;
        self.checked::<OperandRecord>(header.operands, "operands")?;
        self.checked::<TensorRecord>(header.inputs, "inputs")?;
        self.checked::<TensorRecord>(header.outputs, "outputs")?;
        self.checked::<u32>(header.extents, "extents")?;
        self.checked::<InitialiserRecord>(header.initialisers, "initialisers")?;
        self.checked::<ListeningRecord>(header.listening, "listening settings")?;
        let labels = self.checked::<u8>(header.labels, "labels")?;
        if core::str::from_utf8(labels).is_err() || labels.last().is_some_and(|&byte| byte != 0) {
            return Err(ProgramError::Section { name: "labels" });
        }
        if self.subgraphs().is_empty() || self.subgraphs().len() > MAXIMUM_SUBGRAPHS {
            return Err(ProgramError::Section { name: "subgraphs" });
        }
        for (index, operand) in self.operands().iter().enumerate() {
            if !self.operand_is_inside(operand) {
                return Err(ProgramError::Operand { index: index as u32 });
            }
        }
        for tensor in self.inputs().iter().chain(self.outputs()) {
            let extents = (tensor.first_extent as u64, tensor.first_extent as u64 + tensor.rank as u64);
            if !self.operand_is_inside(&tensor.operand) || extents.1 > header.extents.count as u64 {
                return Err(ProgramError::Section { name: "inputs and outputs" });
            }
        }
        if self.inputs().iter().any(|input| input.operand.region != Region::Arena as u8) {
            return Err(ProgramError::Section { name: "inputs" });
        }
        for initialiser in self.initialisers() {
            let data_end = initialiser.data_offset as u64 + initialiser.bytes as u64;
            let has_data = initialiser.data_offset != NO_DATA;
            if initialiser.arena_offset as u64 + initialiser.bytes as u64 > header.arena_bytes as u64
                || (has_data && data_end > self.bytes.len() as u64)
            {
                return Err(ProgramError::Section { name: "initialisers" });
            }
        }
        for (number, subgraph) in self.subgraphs().iter().enumerate() {
            if subgraph.first_op as u64 + subgraph.op_count as u64 > header.ops.count as u64 {
                return Err(ProgramError::Section { name: "subgraphs" });
            }
            for index in subgraph.first_op..subgraph.first_op + subgraph.op_count {
                self.check_op(index, number as u32)?;
            }
        }
        Ok(())
    }

    fn check_op(&self, index: u32, subgraph: u32) -> Result<(), ProgramError> {
        let record = &self.ops()[index as usize];
        let operands =
            record.first_operand as u64 + record.inputs as u64 + record.outputs as u64 + record.scratch as u64;
        let parameters = record.parameters as u64 + record.parameter_bytes as u64;
        if operands > self.header.operands.count as u64
            || parameters > self.bytes.len() as u64
            || !record.parameters.is_multiple_of(4)
        {
            return Err(ProgramError::Op { index, fault: "its records reach past the end" });
        }
        let Some(kernel) = (self.find)(record.kernel) else {
            return Err(ProgramError::Kernel { index, code: record.kernel });
        };
        (kernel.check)(&Op::new(self, record, subgraph)).map_err(|fault| ProgramError::Op { index, fault: fault.what })
    }

    fn operand_is_inside(&self, operand: &OperandRecord) -> bool {
        let end = operand.offset as u64 + operand.bytes as u64;
        let limit = match Region::from_code(operand.region) {
            Some(Region::Absent) => return true,
            Some(Region::Constant) => self.bytes.len() as u64,
            Some(Region::Arena) => self.header.arena_bytes as u64,
            None => return false,
        };
        ElementType::from_code(operand.element_type).is_some_and(|element_type| {
            let size = element_type.size() as u32;
            end <= limit && operand.offset.is_multiple_of(size) && operand.bytes.is_multiple_of(size)
        })
    }

    fn checked<T: Pod>(&self, section: Section, name: &'static str) -> Result<&'p [T], ProgramError> {
        let start = section.offset as usize;
        (section.count as usize)
            .checked_mul(size_of::<T>())
            .and_then(|bytes| start.checked_add(bytes))
            .and_then(|end| self.bytes.get(start..end))
            .and_then(|bytes| bytemuck::try_cast_slice(bytes).ok())
            .ok_or(ProgramError::Section { name })
    }

    fn records<T: Pod>(&self, section: Section) -> &'p [T] {
        let start = section.offset as usize;
        bytemuck::cast_slice(&self.bytes[start..start + section.count as usize * size_of::<T>()])
    }

    /// The bytes of the whole Program.
    pub fn bytes(&self) -> &'p [u8] {
        self.bytes
    }

    /// The header.
    pub fn header(&self) -> &'p Header {
        self.header
    }

    /// The arena that running takes, in bytes.
    pub fn arena_bytes(&self) -> usize {
        self.header.arena_bytes as usize
    }

    /// The kernel set that the Program was laid out for.
    pub fn kernel_set(&self) -> KernelSet {
        KernelSet::from_code(self.header.kernel_set).unwrap_or_default()
    }

    /// The subgraphs; the first is the one that an invocation runs.
    pub fn subgraphs(&self) -> &'p [SubgraphRecord] {
        self.records(self.header.subgraphs)
    }

    /// The ops of all subgraphs.
    pub fn ops(&self) -> &'p [OpRecord] {
        self.records(self.header.ops)
    }

    /// The operands of all ops.
    pub fn operands(&self) -> &'p [OperandRecord] {
        self.records(self.header.operands)
    }

    /// The model's inputs, all in the arena.
    pub fn inputs(&self) -> &'p [TensorRecord] {
        self.records(self.header.inputs)
    }

    /// The model's outputs.
    pub fn outputs(&self) -> &'p [TensorRecord] {
        self.records(self.header.outputs)
    }

    /// The extents of a model input or output, outermost first.
    pub fn shape(&self, tensor: &TensorRecord) -> &'p [u32] {
        &self.records(self.header.extents)[tensor.first_extent as usize..][..tensor.rank as usize]
    }

    /// What persistent arena bytes start as.
    pub fn initialisers(&self) -> &'p [InitialiserRecord] {
        self.records(self.header.initialisers)
    }

    /// The labels of the first output, in its order; none when the Program carries none.
    pub fn labels(&self) -> impl Iterator<Item = &'p str> + Clone + use<'p> {
        core::str::from_utf8(self.records(self.header.labels)).unwrap_or_default().split_terminator('\0')
    }

    /// How to listen with it, when the Program says so.
    pub fn listening(&self) -> Option<&'p ListeningRecord> {
        self.records(self.header.listening).first()
    }

    /// The kernel that runs an op of this Program.
    pub(crate) fn kernel(&self, code: u32) -> Option<&'static Kernel> {
        (self.find)(code)
    }
}
