//! What a kernel sees of its op: [`Op`] while a Program is checked, [`Call`] while it runs.

use core::cell::Cell;

use bytemuck::Pod;

use crate::arena::{self, Arena, Element, ElementType, Input, Output};
use crate::program::Program;
use crate::program::record::{OpRecord, OperandRecord, Region};

/// What is wrong with the parameters or operands of an op.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In a few words.
    pub what: &'static str,
}

impl Fault {
    /// A fault in these words.
    pub const fn new(what: &'static str) -> Fault {
        Fault { what }
    }
}

/// An op of a Program whose operands are known to lie inside their regions, and no more.
pub struct Op<'p> {
    program: &'p Program<'p>,
    record: &'p OpRecord,
    subgraph: u32,
}

impl<'p> Op<'p> {
    pub(crate) fn new(program: &'p Program<'p>, record: &'p OpRecord, subgraph: u32) -> Op<'p> {
        Op { program, record, subgraph }
    }

    /// The parameters, when there are as many bytes as `P` has.
    pub fn parameters<P: Pod>(&self) -> Result<&'p P, Fault> {
        if self.record.parameter_bytes as usize != size_of::<P>() {
            return Err(Fault::new("its parameters have the wrong length"));
        }
        arena::record(self.program.bytes(), self.record.parameters).ok_or(Fault::new("its parameters are not aligned"))
    }

    /// Requires this many inputs, outputs and scratch operands.
    pub fn arity(&self, inputs: usize, outputs: usize, scratch: usize) -> Result<(), Fault> {
        if (self.inputs(), self.outputs(), self.scratch()) == (inputs, outputs, scratch) {
            Ok(())
        } else {
            Err(Fault::new("it has the wrong number of operands"))
        }
    }

    /// The number of inputs, absent ones included.
    pub fn inputs(&self) -> usize {
        self.record.inputs as usize
    }

    /// The number of outputs.
    pub fn outputs(&self) -> usize {
        self.record.outputs as usize
    }

    /// The number of scratch operands.
    pub fn scratch(&self) -> usize {
        self.record.scratch as usize
    }

    /// Whether input `index` is there.
    pub fn has_input(&self, index: usize) -> bool {
        index < self.inputs() && operand(self.program, self.record, index).region != Region::Absent as u8
    }

    /// The length of input `index`, whatever its type, in bytes; 0 when it is absent.
    pub fn input_bytes(&self, index: usize) -> usize {
        if self.has_input(index) { operand(self.program, self.record, index).bytes as usize } else { 0 }
    }

    /// The length of output `index`, whatever its type, in bytes; 0 when there is none.
    pub fn output_bytes(&self, index: usize) -> usize {
        if index < self.outputs() {
            operand(self.program, self.record, self.inputs() + index).bytes as usize
        } else {
            0
        }
    }

    /// The element type of input `index`, if it is there.
    pub fn input_type(&self, index: usize) -> Option<ElementType> {
        if !self.has_input(index) {
            return None;
        }
        ElementType::from_code(operand(self.program, self.record, index).element_type)
    }

    /// Requires input `index` to be there with exactly `elements` elements of type `T`.
    pub fn input<T: Element>(&self, index: usize, elements: usize) -> Result<(), Fault> {
        self.require(Wanted { group: Group::Inputs, types: T::ACCEPTED }, index, elements)
    }

    /// As [`input`](Op::input), but the input may be absent.
    pub fn optional_input<T: Element>(&self, index: usize, elements: usize) -> Result<(), Fault> {
        if self.has_input(index) { self.input::<T>(index, elements) } else { Ok(()) }
    }

    /// The values of input `index`, when it is constant with elements of type `T`.
    pub fn constant_input<T: Element>(&self, index: usize) -> Result<Input<'p, T>, Fault> {
        if self.has_input(index) {
            let operand = operand(self.program, self.record, index);
            if operand.region == Region::Constant as u8 && accepts::<T>(operand) {
                return Ok(constant(self.program, operand).elements());
            }
        }
        Err(Fault::new("an input is not the constant it must be"))
    }

    /// Requires output `index` to lie in the arena with exactly `elements` elements of type `T`.
    pub fn output<T: Element>(&self, index: usize, elements: usize) -> Result<(), Fault> {
        self.require(Wanted { group: Group::Outputs, types: T::ACCEPTED }, index, elements)
    }

    /// Requires scratch operand `index` to lie in the arena with exactly `elements` elements of type `T`.
    pub fn scratch_elements<T: Element>(&self, index: usize, elements: usize) -> Result<(), Fault> {
        self.require(Wanted { group: Group::Scratch, types: T::ACCEPTED }, index, elements)
    }

    #[inline(never)]
    fn require(&self, wanted: Wanted, index: usize, elements: usize) -> Result<(), Fault> {
        let (first, count) = match wanted.group {
            Group::Inputs => (0, self.inputs()),
            Group::Outputs => (self.inputs(), self.outputs()),
            Group::Scratch => (self.inputs() + self.outputs(), self.scratch()),
        };
        if index >= count {
            return Err(Fault::new("an operand is missing"));
        }
        let operand = operand(self.program, self.record, first + index);
        if wanted.group != Group::Inputs {
            in_arena(operand)?;
        }
        let element_type = ElementType::from_code(operand.element_type)
            .filter(|&found| operand.region != Region::Absent as u8 && wanted.types >> found as u32 & 1 == 1);
        let Some(element_type) = element_type else {
            return Err(Fault::new("an operand has the wrong element type"));
        };
        // It has whole elements, and all types that are wanted have their size.
        if operand.bytes as usize / element_type.size() != elements {
            return Err(Fault::new("an operand has the wrong length"));
        }
        Ok(())
    }

    /// The length of scratch operand `index`, whatever its type, in bytes; 0 when there is none.
    pub fn scratch_bytes(&self, index: usize) -> usize {
        if index < self.scratch() {
            operand(self.program, self.record, self.inputs() + self.outputs() + index).bytes as usize
        } else {
            0
        }
    }

    /// Requires every output and scratch operand to lie in the arena.
    pub fn writes_arena(&self) -> Result<(), Fault> {
        (self.inputs()..self.inputs() + self.outputs() + self.scratch())
            .try_for_each(|index| in_arena(operand(self.program, self.record, index)))
    }

    /// Requires a subgraph behind the op's own, so that calls cannot go in a circle.
    pub fn subgraph(&self, index: u32) -> Result<(), Fault> {
        if index > self.subgraph && (index as usize) < self.program.subgraphs().len() {
            Ok(())
        } else {
            Err(Fault::new("it calls a subgraph that it may not call"))
        }
    }
}

/// The product of extents, when it fits.
pub fn volume(extents: &[u32]) -> Result<usize, Fault> {
    extents
        .iter()
        .try_fold(1u32, |product, &extent| product.checked_mul(extent))
        .map(|product| product as usize)
        .ok_or(Fault::new("its extents are too large"))
}

fn in_arena(operand: &OperandRecord) -> Result<(), Fault> {
    if operand.region == Region::Arena as u8 { Ok(()) } else { Err(Fault::new("an output is not in the arena")) }
}

/// The operands of an op, by what they are to it.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Group {
    Inputs,
    Outputs,
    Scratch,
}

/// What an operand must be.
#[derive(Clone, Copy)]
struct Wanted {
    group: Group,
    /// The [element types](Element::ACCEPTED) that are right.
    types: u16,
}

/// Whether an operand may be read as elements of type `T`.
pub(crate) fn accepts<T: Element>(operand: &OperandRecord) -> bool {
    ElementType::from_code(operand.element_type).is_some_and(T::accepts)
}

#[inline(never)]
fn operand<'p>(program: &Program<'p>, record: &OpRecord, index: usize) -> &'p OperandRecord {
    &program.operands()[record.first_operand as usize + index]
}

fn constant<'p>(program: &Program<'p>, operand: &OperandRecord) -> Input<'p, u8> {
    Input::from(program.bytes()).range(operand.offset as usize, operand.bytes as usize)
}

/// The bytes of an operand; none of one that is absent.
#[inline(never)]
pub(crate) fn view<'a>(program: &Program<'a>, arena: Arena<'a>, operand: &OperandRecord) -> Input<'a, u8> {
    match Region::from_code(operand.region) {
        Some(Region::Constant) => constant(program, operand),
        Some(Region::Arena) => arena.bytes(operand.offset, operand.bytes).as_input(),
        _ => Input::empty(),
    }
}

/// How an invocation goes on after an op.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    Continue,
    /// The rest of the ops is not run: their inputs are not due yet.
    Stop,
    /// The data ask for what the op cannot do.
    Fail(Fault),
}

/// The most subgraphs that one invocation runs, rounds of loops included. TFLM has no such bound and hangs on a loop
/// whose condition stays true; a million runs take a microcontroller longer than any model is meant to.
pub const MAXIMUM_RUNS: u32 = 1 << 20;

/// How far an invocation has come. All its ops share it, those of called subgraphs too.
pub(crate) struct Progress {
    flow: Cell<Flow>,
    runs_left: Cell<u32>,
}

impl Progress {
    /// That of an invocation at its start.
    pub(crate) fn new() -> Progress {
        Progress { flow: Cell::new(Flow::Continue), runs_left: Cell::new(MAXIMUM_RUNS) }
    }

    /// How it goes on.
    #[inline]
    pub(crate) fn flow(&self) -> Flow {
        self.flow.get()
    }
}

/// One run of an op. The accessors panic when the op has no such operand; its check has seen to it that it has.
pub struct Call<'a> {
    pub(crate) program: &'a Program<'a>,
    pub(crate) arena: Arena<'a>,
    pub(crate) record: &'a OpRecord,
    pub(crate) progress: &'a Progress,
}

impl<'a> Call<'a> {
    /// The parameters.
    #[inline]
    pub fn parameters<P: Pod>(&self) -> &'a P {
        let found = arena::record(self.program.bytes(), self.record.parameters);
        found.unwrap_or_else(|| unreachable!("its check has read them"))
    }

    /// The number of inputs, absent ones included.
    #[inline]
    pub fn inputs(&self) -> usize {
        self.record.inputs as usize
    }

    /// The number of outputs.
    #[inline]
    pub fn outputs(&self) -> usize {
        self.record.outputs as usize
    }

    /// Whether input `index` is there.
    #[inline]
    pub fn has_input(&self, index: usize) -> bool {
        index < self.inputs() && operand(self.program, self.record, index).region != Region::Absent as u8
    }

    /// Input `index`; empty when it is absent.
    #[inline]
    pub fn input<T: Element>(&self, index: usize) -> Input<'a, T> {
        self.input_bytes(index).elements()
    }

    /// Input `index` as bytes, whatever its type.
    #[inline(never)]
    pub fn input_bytes(&self, index: usize) -> Input<'a, u8> {
        assert!(index < self.inputs());
        view(self.program, self.arena, operand(self.program, self.record, index))
    }

    /// Output `index`.
    #[inline]
    pub fn output<T: Element>(&self, index: usize) -> Output<'a, T> {
        assert!(index < self.outputs());
        self.cells(self.inputs() + index).elements()
    }

    /// Output `index` as bytes, whatever its type.
    #[inline]
    pub fn output_bytes(&self, index: usize) -> Output<'a, u8> {
        self.output(index)
    }

    /// Whether there is any scratch operand.
    #[inline]
    pub fn has_scratch(&self) -> bool {
        self.record.scratch > 0
    }

    /// Scratch operand `index`.
    #[inline]
    pub fn scratch<T: Element>(&self, index: usize) -> Output<'a, T> {
        assert!(index < self.record.scratch as usize);
        self.cells(self.inputs() + self.outputs() + index).elements()
    }

    #[inline(never)]
    fn cells(&self, index: usize) -> Output<'a, u8> {
        let operand = operand(self.program, self.record, index);
        assert!(operand.region == Region::Arena as u8);
        self.arena.bytes(operand.offset, operand.bytes)
    }

    /// Runs a subgraph, one that [`Op::subgraph`] allowed. False when the invocation ends early: return at once.
    ///
    /// After [`MAXIMUM_RUNS`] the invocation fails.
    #[inline]
    pub fn run(&self, subgraph: u32) -> bool {
        match self.progress.runs_left.get().checked_sub(1) {
            Some(left) => self.progress.runs_left.set(left),
            None => {
                self.fail("its loops do not come to an end");
                return false;
            }
        }
        crate::interpreter::run(self.program, self.arena, subgraph, self.progress);
        self.progress.flow() == Flow::Continue
    }

    /// Ends the invocation after this op: what follows is not due yet.
    #[inline]
    pub fn stop(&self) {
        self.progress.flow.set(Flow::Stop);
    }

    /// Ends the invocation because of its data, an index out of range for instance. Outputs keep what they have.
    #[inline]
    pub fn fail(&self, what: &'static str) {
        self.progress.flow.set(Flow::Fail(Fault::new(what)));
    }
}
