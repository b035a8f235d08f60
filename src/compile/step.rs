//! What lowering makes of an operator: a step of the Program, with operands that have no address yet.

use bytemuck::{NoUninit, Pod};
use micro_runtime::arena::{Element, ElementType};
use micro_runtime::kernels::Kernel;

use super::graph::TensorId;

/// What becomes of an operator.
#[derive(Clone, Debug)]
pub enum Lowered {
    /// A kernel runs.
    Step(Step),
    /// Several kernels run, in this order.
    Steps(Vec<Step>),
    /// The output is the input, under another shape.
    Alias {
        /// The tensor that is there already.
        input: TensorId,
        /// The tensor that becomes another name of it.
        output: TensorId,
    },
    /// Nothing runs, because what the op yields is known to the compiler alone.
    Nothing,
}

impl From<Step> for Lowered {
    fn from(step: Step) -> Lowered {
        Lowered::Step(step)
    }
}

/// Constant bytes that are not a tensor of the model: multipliers, packed weights, tables.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Constant {
    /// What kernels read it as.
    pub element_type: ElementType,
    /// Little-endian values.
    pub bytes: Vec<u8>,
    /// Whether they are weights of the model, in an order of the kernel's own.
    pub is_weights: bool,
}

/// What a run of persistent bytes starts as.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Initial {
    /// The same value in each byte.
    Fill(u8),
    /// These bytes.
    Data(Vec<u8>),
}

/// An operand without an address.
#[derive(Clone, Debug)]
pub enum Operand {
    /// Not there.
    Absent,
    /// A tensor of the model, wherever it lies.
    Tensor(TensorId),
    /// Constant bytes.
    Constant(Constant),
    /// Working memory of this op alone, in the arena while it runs.
    Scratch {
        /// What the kernel reads it as.
        element_type: ElementType,
        /// Its length.
        bytes: u32,
    },
    /// Memory of this op alone that outlives the invocation.
    State {
        /// What the kernel reads it as.
        element_type: ElementType,
        /// Its length.
        bytes: u32,
        /// Its bytes before the first invocation.
        initial: Initial,
    },
    /// A resource variable, shared by all ops that name it.
    Resource {
        /// Which.
        name: String,
        /// What the kernel reads it as.
        element_type: ElementType,
        /// Its length.
        bytes: u32,
        /// Its bytes before the first invocation.
        initial: Initial,
    },
}

impl Operand {
    /// How many bytes of the Program hold it, unless it is a tensor of the model.
    pub fn constant_bytes(&self) -> usize {
        if let Operand::Constant(constant) = self { constant.bytes.len() } else { 0 }
    }
}

/// Input `input` may be overwritten by output `output` where it lies at least `distance` bytes higher.
///
/// `distance` is the greatest value, over the steps of the kernel's loop, of the end of what has been written
/// minus the start of what is still to be read, each relative to the start of its tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Index among the inputs.
    pub input: usize,
    /// Index among the outputs.
    pub output: usize,
    /// In bytes.
    pub distance: i64,
}

/// What an op could do with some more working memory: let its output wait there, so that it follows farther behind the
/// input. Input 0 and output 0 may then overlap at a smaller distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ring {
    /// What the kernel keeps there.
    pub element_type: ElementType,
    /// The length of the scratch operand.
    pub elements: u32,
    /// The [`Overlap::distance`] with the ring.
    pub distance: i64,
}

/// One op of the Program.
#[derive(Clone, Debug)]
pub struct Step {
    /// Code of the kernel.
    pub kernel: u32,
    /// Name of the kernel, for people.
    pub kernel_name: &'static str,
    /// Its parameter record.
    pub parameters: Vec<u8>,
    /// Its inputs.
    pub inputs: Vec<Operand>,
    /// Its outputs.
    pub outputs: Vec<Operand>,
    /// Its working memory, state and further operands.
    pub scratch: Vec<Operand>,
    /// Which inputs and outputs may share bytes.
    pub overlaps: Vec<Overlap>,
    /// The ring that the op could use and does not.
    pub ring: Option<Ring>,
    /// The subgraphs that it runs, in this order when it runs them all. Parameters begin with one word for each, which
    /// gets its number in the Program when that is known.
    pub calls: Vec<usize>,
    /// Whether the same inputs always give the same outputs, so that it may be run on the host beforehand.
    pub is_pure: bool,
}

impl Step {
    /// A run of `kernel` with these parameters, no operands yet.
    pub fn new<P: NoUninit>(kernel: &Kernel, parameters: &P) -> Step {
        Step {
            kernel: kernel.code,
            kernel_name: kernel.name,
            parameters: bytemuck::bytes_of(parameters).to_vec(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            scratch: Vec::new(),
            overlaps: Vec::new(),
            ring: None,
            calls: Vec::new(),
            is_pure: true,
        }
    }

    /// Adds an input.
    pub fn input(mut self, tensor: TensorId) -> Step {
        self.inputs.push(Operand::Tensor(tensor));
        self
    }

    /// Adds an input that may be absent.
    pub fn optional(mut self, tensor: Option<TensorId>) -> Step {
        self.inputs.push(tensor.map_or(Operand::Absent, Operand::Tensor));
        self
    }

    /// Adds constant values as an input.
    pub fn constant<T: Pod + Element>(mut self, element_type: ElementType, values: &[T]) -> Step {
        let bytes = bytemuck::cast_slice(values).to_vec();
        self.inputs.push(Operand::Constant(Constant { element_type, bytes, is_weights: false }));
        self
    }

    /// Adds the weights of the model as an input, in an order of the kernel's own.
    pub fn packed_weights<T: Pod + Element>(mut self, element_type: ElementType, values: &[T]) -> Step {
        let bytes = bytemuck::cast_slice(values).to_vec();
        self.inputs.push(Operand::Constant(Constant { element_type, bytes, is_weights: true }));
        self
    }

    /// Adds an output.
    pub fn output(mut self, tensor: TensorId) -> Step {
        self.outputs.push(Operand::Tensor(tensor));
        self
    }

    /// Adds working memory of `elements` elements.
    pub fn scratch(mut self, element_type: ElementType, elements: u32) -> Step {
        let bytes = elements.saturating_mul(element_type.size() as u32);
        self.scratch.push(Operand::Scratch { element_type, bytes });
        self
    }

    /// Adds memory of `elements` elements that outlives the invocation.
    pub fn state(mut self, element_type: ElementType, elements: u32, initial: Initial) -> Step {
        let bytes = elements.saturating_mul(element_type.size() as u32);
        self.scratch.push(Operand::State { element_type, bytes, initial });
        self.is_pure = false;
        self
    }

    /// Adds a variable tensor of the model that the kernel reads and writes, as a scratch operand.
    pub fn variable(mut self, tensor: TensorId) -> Step {
        self.scratch.push(Operand::Tensor(tensor));
        self.is_pure = false;
        self
    }

    /// Allows input `input` and output `output` to share bytes at this distance; see [`Overlap`].
    pub fn overlap(mut self, input: usize, output: usize, distance: i64) -> Step {
        self.overlaps.push(Overlap { input, output, distance });
        self
    }

    /// Says that the subgraph `called` may run as part of it.
    pub fn calls(mut self, called: usize) -> Step {
        self.calls.push(called);
        self
    }

    /// Offers a ring.
    pub fn ring(mut self, ring: Option<Ring>) -> Step {
        self.ring = ring;
        self
    }

    /// Says that it must run on the chip: its outputs depend on more than the inputs, or take more flash than they.
    pub fn impure(mut self) -> Step {
        self.is_pure = false;
        self
    }
}
