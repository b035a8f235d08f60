//! Steps with places become the bytes of a Program.

use std::collections::HashMap;

use bytemuck::{Pod, bytes_of};
use micro_runtime::arena::{ALIGNMENT, ElementType};
use micro_runtime::program::record::{
    CHECKED_FROM, FORMAT, Header, InitialiserRecord, ListeningRecord, MAGIC, NO_DATA, OpRecord, OperandRecord, Region,
    Section, SubgraphRecord, TensorRecord,
};
use micro_runtime::program::{KernelSet, crc32};

use super::graph::{Graph, TensorId, TensorInfo};
use super::schedule::{Aliases, Persistent, Place, Scheduled};
use super::step::{Constant, Initial, Operand, Step};

/// What goes into the header beside the steps.
pub struct Extras {
    /// SHA-256 of the model.
    pub source_digest: [u8; 32],
    /// The labels of the first output.
    pub labels: Vec<String>,
    /// How to listen with it.
    pub listening: Option<ListeningRecord>,
    /// What weights and scratch are laid out for.
    pub kernel_set: KernelSet,
}

/// What [`emit`] puts together.
pub struct Parts<'a> {
    /// The tensors.
    pub graph: &'a Graph<'a>,
    /// Which are other names of which.
    pub aliases: &'a Aliases,
    /// The ops of all subgraphs, in the order of the subgraphs' numbers.
    pub scheduled: &'a [Scheduled],
    /// The order in which the subgraphs are numbered in the Program: callers before the called.
    pub subgraphs: &'a [usize],
    /// Where everything in the arena lies.
    pub offsets: &'a HashMap<Place, u32>,
    /// What persistent bytes start as.
    pub persistent: &'a [Persistent],
    /// The size of the arena.
    pub arena_bytes: u32,
    /// The model's inputs.
    pub inputs: &'a [TensorId],
    /// The model's outputs.
    pub outputs: &'a [TensorId],
}

/// What the bytes of a Program are for; together they are its length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProgramSizes {
    /// The header.
    pub header: u32,
    /// The ops, their operands, and the subgraphs that they make up.
    pub op_stream: u32,
    /// The parameter records of the ops.
    pub parameters: u32,
    /// What requantisation multiplies with, and tables that were computed for an op.
    pub multipliers: u32,
    /// Constant tensors of the model: weights and biases.
    pub weights: u32,
    /// What state starts as.
    pub initial_state: u32,
    /// The model's inputs and outputs, and what the front end must be set to.
    pub interface: u32,
    /// Labels.
    pub labels: u32,
    /// Nothing, so that what follows is aligned.
    pub padding: u32,
}

/// A Program.
pub struct Emitted {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What they are for.
    pub sizes: ProgramSizes,
}

/// What a constant is for.
#[derive(Clone, Copy)]
enum Use {
    Parameters,
    Multipliers,
    Weights,
    InitialState,
}

/// The blob of constants behind the records: equal constants are kept once, and count for their first use.
#[derive(Default)]
struct Constants {
    bytes: Vec<u8>,
    known: HashMap<Vec<u8>, u32>,
    sizes: ProgramSizes,
}

impl Constants {
    /// The offset of these bytes in the blob.
    fn add(&mut self, bytes: &[u8], alignment: usize, usage: Use) -> u32 {
        if let Some(&offset) = self.known.get(bytes)
            && (offset as usize).is_multiple_of(alignment)
        {
            return offset;
        }
        self.bytes.resize(self.bytes.len().next_multiple_of(alignment), 0);
        let offset = self.bytes.len() as u32;
        let size = match usage {
            Use::Parameters => &mut self.sizes.parameters,
            Use::Multipliers => &mut self.sizes.multipliers,
            Use::Weights => &mut self.sizes.weights,
            Use::InitialState => &mut self.sizes.initial_state,
        };
        *size += bytes.len() as u32;
        self.bytes.extend_from_slice(bytes);
        self.known.insert(bytes.to_vec(), offset);
        offset
    }
}

struct Emitter<'a> {
    parts: &'a Parts<'a>,
    constants: Constants,
}

/// The bytes of the Program.
pub fn emit(parts: &Parts<'_>, extras: &Extras) -> Emitted {
    let mut emitter = Emitter { parts, constants: Constants::default() };
    let mut ops = Vec::new();
    let mut operands: Vec<OperandRecord> = Vec::new();
    let mut subgraphs = Vec::new();
    for &subgraph in parts.subgraphs {
        let first_op = ops.len() as u32;
        for (index, scheduled) in parts.scheduled.iter().enumerate() {
            if scheduled.subgraph != subgraph {
                continue;
            }
            let step = &scheduled.step;
            let first_operand = operands.len() as u32;
            for operand in step.inputs.iter().chain(&step.outputs) {
                operands.push(emitter.operand(operand, index, 0));
            }
            for (position, operand) in step.scratch.iter().enumerate() {
                operands.push(emitter.operand(operand, index, position));
            }
            ops.push(OpRecord {
                kernel: step.kernel,
                // Relative to the constants until their start is known.
                parameters: emitter.constants.add(&parameters(step, parts.subgraphs), 4, Use::Parameters),
                first_operand,
                parameter_bytes: step.parameters.len() as u16,
                inputs: step.inputs.len() as u16,
                outputs: step.outputs.len() as u16,
                scratch: step.scratch.len() as u16,
            });
        }
        subgraphs.push(SubgraphRecord { first_op, op_count: ops.len() as u32 - first_op });
    }
    let mut extents = Vec::new();
    let mut inputs = emitter.tensors(parts.inputs, &mut extents);
    let mut outputs = emitter.tensors(parts.outputs, &mut extents);
    let mut initialisers: Vec<InitialiserRecord> = parts
        .persistent
        .iter()
        .map(|persistent| {
            let arena_offset = parts.offsets[&persistent.place];
            let (data_offset, fill) = match &persistent.initial {
                Initial::Fill(value) => (NO_DATA, *value as u32),
                Initial::Data(data) => (emitter.constants.add(data, 4, Use::InitialState), 0),
            };
            InitialiserRecord { arena_offset, bytes: persistent.bytes, data_offset, fill }
        })
        .collect();
    let labels: Vec<u8> = extras.labels.iter().flat_map(|label| label.bytes().chain([0])).collect();
    let listening: Vec<ListeningRecord> = extras.listening.into_iter().collect();

    let mut layout = Layout { end: size_of::<Header>() };
    let mut header = Header {
        magic: MAGIC,
        format: FORMAT,
        length: 0,
        checksum: 0,
        arena_bytes: parts.arena_bytes,
        kernel_set: extras.kernel_set.code(),
        source_digest: extras.source_digest,
        subgraphs: layout.section(&subgraphs),
        ops: layout.section(&ops),
        operands: layout.section(&operands),
        inputs: layout.section(&inputs),
        outputs: layout.section(&outputs),
        extents: layout.section(&extents),
        initialisers: layout.section(&initialisers),
        labels: Section::default(),
        listening: layout.section(&listening),
    };
    header.labels = layout.section(&labels);
    let base = layout.end.next_multiple_of(ALIGNMENT) as u32;
    ops.iter_mut().for_each(|op| op.parameters += base);
    let tensors = inputs.iter_mut().chain(&mut outputs).map(|tensor| &mut tensor.operand);
    operands
        .iter_mut()
        .chain(tensors)
        .filter(|operand| operand.region == Region::Constant as u8)
        .for_each(|operand| operand.offset += base);
    initialisers
        .iter_mut()
        .filter(|initialiser| initialiser.data_offset != NO_DATA)
        .for_each(|initialiser| initialiser.data_offset += base);
    let Constants { bytes: constants, sizes: of_constants, .. } = emitter.constants;
    header.length = (base as usize + constants.len()).next_multiple_of(4) as u32;

    let mut bytes = Vec::with_capacity(header.length as usize);
    bytes.extend_from_slice(bytes_of(&header));
    append(&mut bytes, &subgraphs);
    append(&mut bytes, &ops);
    append(&mut bytes, &operands);
    append(&mut bytes, &inputs);
    append(&mut bytes, &outputs);
    append(&mut bytes, &extents);
    append(&mut bytes, &initialisers);
    append(&mut bytes, &listening);
    bytes.extend_from_slice(&labels);
    bytes.resize(base as usize, 0);
    bytes.extend_from_slice(&constants);
    bytes.resize(header.length as usize, 0);
    let checksum = crc32(&bytes[CHECKED_FROM..]);
    bytes[CHECKED_FROM - 4..CHECKED_FROM].copy_from_slice(&checksum.to_le_bytes());
    let mut sizes = ProgramSizes {
        header: size_of::<Header>() as u32,
        op_stream: (size_of_val(&*subgraphs) + size_of_val(&*ops) + size_of_val(&*operands)) as u32,
        interface: (size_of_val(&*inputs)
            + size_of_val(&*outputs)
            + size_of_val(&*extents)
            + size_of_val(&*initialisers)
            + size_of_val(&*listening)) as u32,
        labels: labels.len() as u32,
        ..of_constants
    };
    sizes.padding = header.length - sizes.total();
    Emitted { bytes, sizes }
}

impl ProgramSizes {
    /// The length of the Program.
    pub fn total(&self) -> u32 {
        let ProgramSizes { header, op_stream, parameters, multipliers, weights, .. } = *self;
        let ProgramSizes { initial_state, interface, labels, padding, .. } = *self;
        header + op_stream + parameters + multipliers + weights + initial_state + interface + labels + padding
    }
}

/// The parameters of a step with the numbers of the subgraphs that it calls in front.
fn parameters(step: &Step, subgraphs: &[usize]) -> Vec<u8> {
    let mut parameters = step.parameters.clone();
    for (word, called) in parameters.chunks_exact_mut(4).zip(&step.calls) {
        let number = subgraphs.iter().position(|subgraph| subgraph == called);
        word.copy_from_slice(&number.map_or(u32::MAX, |number| number as u32).to_le_bytes());
    }
    parameters
}

struct Layout {
    end: usize,
}

impl Layout {
    fn section<T>(&mut self, records: &[T]) -> Section {
        let offset = self.end as u32;
        self.end += size_of_val(records);
        Section { offset, count: records.len() as u32 }
    }
}

fn append<T: Pod>(bytes: &mut Vec<u8>, records: &[T]) {
    bytes.extend_from_slice(bytemuck::cast_slice(records));
}

const ABSENT: OperandRecord =
    OperandRecord { offset: 0, bytes: 0, region: Region::Absent as u8, element_type: 0, reserved: 0 };

impl Emitter<'_> {
    fn operand(&mut self, operand: &Operand, op: usize, index: usize) -> OperandRecord {
        match operand {
            Operand::Absent => ABSENT,
            Operand::Tensor(tensor) => self.tensor(*tensor),
            Operand::Constant(Constant { element_type, bytes, is_weights }) => {
                let usage = if *is_weights { Use::Weights } else { Use::Multipliers };
                self.constant(bytes, *element_type, usage)
            }
            Operand::Scratch { element_type, bytes } | Operand::State { element_type, bytes, .. } => {
                self.arena(&Place::Scratch(op, index), *bytes, *element_type)
            }
            Operand::Resource { name, element_type, bytes, .. } => {
                self.arena(&Place::Resource(name.clone()), *bytes, *element_type)
            }
        }
    }

    fn tensor(&mut self, tensor: TensorId) -> OperandRecord {
        let parts = self.parts;
        let info = parts.graph.tensor(tensor);
        let Some(element_type) = info.element_type else { return ABSENT };
        let root = parts.aliases.root(tensor);
        match &parts.graph.tensor(root).data {
            Some(data) => self.constant(data, element_type, Use::Weights),
            None => self.arena(&Place::Tensor(root), info.bytes(), element_type),
        }
    }

    fn constant(&mut self, bytes: &[u8], element_type: ElementType, usage: Use) -> OperandRecord {
        OperandRecord {
            offset: self.constants.add(bytes, element_type.size().max(4), usage),
            bytes: bytes.len() as u32,
            region: Region::Constant as u8,
            element_type: element_type as u8,
            reserved: 0,
        }
    }

    fn arena(&self, place: &Place, bytes: u32, element_type: ElementType) -> OperandRecord {
        OperandRecord {
            offset: self.parts.offsets.get(place).copied().unwrap_or(0),
            bytes,
            region: Region::Arena as u8,
            element_type: element_type as u8,
            reserved: 0,
        }
    }

    fn tensors(&mut self, tensors: &[TensorId], extents: &mut Vec<u32>) -> Vec<TensorRecord> {
        let graph = self.parts.graph;
        tensors
            .iter()
            .map(|&tensor| {
                let info: &TensorInfo<'_> = graph.tensor(tensor);
                let first_extent = extents.len() as u32;
                extents.extend_from_slice(&info.shape);
                TensorRecord {
                    operand: self.tensor(tensor),
                    first_extent,
                    rank: info.rank() as u32,
                    scale_bits: info.scales.first().map_or(0, |scale| scale.to_bits()),
                    zero_point: info.zero_points.first().map_or(0, |&zero_point| zero_point as i32),
                }
            })
            .collect()
    }
}
