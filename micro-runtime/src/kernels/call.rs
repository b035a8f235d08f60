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
        let bytes = parameter_bytes(self.program, self.record);
        if bytes.len() != size_of::<P>() {
            return Err(Fault::new("its parameters have the wrong length"));
        }
        bytemuck::try_from_bytes(bytes).map_err(|_| Fault::new("its parameters are not aligned"))
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
        if index >= self.inputs() {
            return Err(Fault::new("an input is missing"));
        }
        fits::<T>(operand(self.program, self.record, index), elements)
    }

    /// As [`input`](Op::input), but the input may be absent.
    pub fn optional_input<T: Element>(&self, index: usize, elements: usize) -> Result<(), Fault> {
        if self.has_input(index) { self.input::<T>(index, elements) } else { Ok(()) }
    }

    /// The values of input `index`, when it is constant with elements of type `T`.
    pub fn constant_input<T: Element>(&self, index: usize) -> Result<Input<'p, T>, Fault> {
        if self.has_input(index) {
            let operand = operand(self.program, self.record, index);
            if operand.region == Region::Constant as u8 && has_type::<T>(operand) {
                return Ok(arena::constants(constant_bytes(self.program, operand)));
            }
        }
        Err(Fault::new("an input is not the constant it must be"))
    }

    /// Requires output `index` to lie in the arena with exactly `elements` elements of type `T`.
    pub fn output<T: Element>(&self, index: usize, elements: usize) -> Result<(), Fault> {
        if index >= self.outputs() {
            return Err(Fault::new("an output is missing"));
        }
        let operand = operand(self.program, self.record, self.inputs() + index);
        in_arena(operand)?;
        fits::<T>(operand, elements)
    }

    /// Requires scratch operand `index` to lie in the arena with exactly `elements` elements of type `T`.
    pub fn scratch_elements<T: Element>(&self, index: usize, elements: usize) -> Result<(), Fault> {
        if index >= self.scratch() {
            return Err(Fault::new("a scratch operand is missing"));
        }
        let operand = operand(self.program, self.record, self.inputs() + self.outputs() + index);
        in_arena(operand)?;
        fits::<T>(operand, elements)
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

fn has_type<T: Element>(operand: &OperandRecord) -> bool {
    ElementType::from_code(operand.element_type).is_some_and(T::accepts)
}

fn fits<T: Element>(operand: &OperandRecord, elements: usize) -> Result<(), Fault> {
    if !has_type::<T>(operand) || operand.region == Region::Absent as u8 {
        return Err(Fault::new("an operand has the wrong element type"));
    }
    if elements.checked_mul(size_of::<T>()) != Some(operand.bytes as usize) {
        return Err(Fault::new("an operand has the wrong length"));
    }
    Ok(())
}

fn parameter_bytes<'p>(program: &Program<'p>, record: &OpRecord) -> &'p [u8] {
    &program.bytes()[record.parameters as usize..][..record.parameter_bytes as usize]
}

fn operand<'p>(program: &Program<'p>, record: &OpRecord, index: usize) -> &'p OperandRecord {
    &program.operands()[record.first_operand as usize + index]
}

fn constant_bytes<'p>(program: &Program<'p>, operand: &OperandRecord) -> &'p [u8] {
    &program.bytes()[operand.offset as usize..][..operand.bytes as usize]
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
        bytemuck::from_bytes(parameter_bytes(self.program, self.record))
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
        assert!(index < self.inputs());
        self.view(index)
    }

    /// Input `index` as bytes, whatever its type.
    #[inline]
    pub fn input_bytes(&self, index: usize) -> Input<'a, u8> {
        assert!(index < self.inputs());
        self.view(index)
    }

    /// Output `index`.
    #[inline]
    pub fn output<T: Element>(&self, index: usize) -> Output<'a, T> {
        assert!(index < self.outputs());
        self.cells(self.inputs() + index)
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
        self.cells(self.inputs() + self.outputs() + index)
    }

    fn view<T: Element>(&self, index: usize) -> Input<'a, T> {
        let operand = operand(self.program, self.record, index);
        match Region::from_code(operand.region) {
            Some(Region::Constant) => arena::constants(constant_bytes(self.program, operand)),
            Some(Region::Arena) => self.arena.elements(operand.offset as usize, operand.bytes as usize).as_input(),
            _ => Input::empty(),
        }
    }

    fn cells<T: Element>(&self, index: usize) -> Output<'a, T> {
        let operand = operand(self.program, self.record, index);
        assert!(operand.region == Region::Arena as u8);
        self.arena.elements(operand.offset as usize, operand.bytes as usize)
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
