//! The Program: what the host makes of a model, and what host and chip run where it lies.
//!
//! [`Program::parse`] is the one place that doubts the bytes. It follows every offset, asks every kernel to check
//! its op, and afterwards running cannot leave the Program or the arena.

mod checksum;
mod error;
pub mod record;

use core::fmt;

use bytemuck::Pod;

use crate::arena::{self, ALIGNMENT, ElementType};
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
        for (section, &(size, name)) in header.sections().iter().zip(&SECTIONS) {
            if !arena::holds_records(self.bytes, section.offset, section.count, size.into()) {
                return Err(ProgramError::Section { name });
            }
        }
        let labels: &[u8] = self.records(header.labels);
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
            let has_extents = lie_in(tensor.first_extent, tensor.rank, header.extents.count as usize);
            if !self.operand_is_inside(&tensor.operand) || !has_extents {
                return Err(ProgramError::Section { name: "inputs and outputs" });
            }
        }
        if self.inputs().iter().any(|input| input.operand.region != Region::Arena as u8) {
            return Err(ProgramError::Section { name: "inputs" });
        }
        for initialiser in self.initialisers() {
            let has_data = initialiser.data_offset != NO_DATA;
            if !lie_in(initialiser.arena_offset, initialiser.bytes, self.arena_bytes())
                || has_data && !lie_in(initialiser.data_offset, initialiser.bytes, self.bytes.len())
            {
                return Err(ProgramError::Section { name: "initialisers" });
            }
        }
        for (number, subgraph) in self.subgraphs().iter().enumerate() {
            if !lie_in(subgraph.first_op, subgraph.op_count, header.ops.count as usize) {
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
        let operands = record.inputs as u32 + record.outputs as u32 + record.scratch as u32;
        if !lie_in(record.first_operand, operands, self.header.operands.count as usize)
            || !lie_in(record.parameters, record.parameter_bytes.into(), self.bytes.len())
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
        let limit = match Region::from_code(operand.region) {
            Some(Region::Absent) => return true,
            Some(Region::Constant) => self.bytes.len(),
            Some(Region::Arena) => self.arena_bytes(),
            None => return false,
        };
        lie_in(operand.offset, operand.bytes, limit)
            && ElementType::from_code(operand.element_type)
                .is_some_and(|found| (operand.offset | operand.bytes).is_multiple_of(found.size() as u32))
    }

    fn records<T: Pod>(&self, section: Section) -> &'p [T] {
        arena::records(self.bytes, section.offset, section.count).unwrap_or_default()
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
    pub fn labels(&self) -> Labels<'p> {
        Labels { rest: self.records(self.header.labels) }
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

/// Whether `count` things from the one with the number `first` on are among the first `limit`.
fn lie_in(first: u32, count: u32, limit: usize) -> bool {
    first.checked_add(count).is_some_and(|end| end as usize <= limit)
}

/// The iterator of [`Program::labels`].
#[derive(Clone)]
pub struct Labels<'p> {
    rest: &'p [u8],
}

impl<'p> Iterator for Labels<'p> {
    type Item = &'p str;

    #[inline(never)]
    fn next(&mut self) -> Option<&'p str> {
        let length = self.rest.iter().position(|&byte| byte == 0)?;
        let (label, rest) = self.rest.split_at(length);
        self.rest = rest.get(1..).unwrap_or_default();
        Some(core::str::from_utf8(label).unwrap_or_default())
    }
}
