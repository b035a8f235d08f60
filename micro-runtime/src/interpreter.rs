//! The interpreter: a Program and a lent arena become invocations.

use core::fmt;

use crate::arena::{ALIGNMENT, Arena, Element, Input, Output};
use crate::kernels::{Call, Fault, Flow, Progress, accepts, view};
use crate::program::Program;
use crate::program::record::{NO_DATA, OperandRecord, TensorRecord};

/// Why an arena was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArenaError {
    /// It does not start on a multiple of [`ALIGNMENT`].
    Unaligned,
    /// It is too small.
    TooSmall {
        /// Bytes lent.
        found: usize,
        /// Bytes that the Program needs.
        needed: usize,
    },
}

impl fmt::Display for ArenaError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            ArenaError::Unaligned => write!(formatter, "the arena does not start on a multiple of {ALIGNMENT} bytes"),
            ArenaError::TooSmall { found, needed } => {
                write!(formatter, "the arena has {found} bytes, the Program needs {needed} bytes")
            }
        }
    }
}

impl core::error::Error for ArenaError {}

/// The data of an invocation asked for what an op cannot do: an index out of range, a division by zero.
///
/// Memory is never at stake; the outputs are not to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataFault {
    /// In a few words.
    pub what: &'static str,
}

impl fmt::Display for DataFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.what)
    }
}

impl core::error::Error for DataFault {}

/// Runs one Program in one arena.
///
/// An invocation may overwrite the inputs, so write them before each. State lives in the arena and is carried
/// from invocation to invocation until [`reset`](Interpreter::reset).
pub struct Interpreter<'a> {
    program: Program<'a>,
    arena: Arena<'a>,
}

impl<'a> Interpreter<'a> {
    /// Takes the arena, of at least [`Program::arena_bytes`] bytes from a multiple of [`ALIGNMENT`], and resets.
    pub fn new(program: Program<'a>, arena: &'a mut [u8]) -> Result<Interpreter<'a>, ArenaError> {
        let mut interpreter = Interpreter::resume(program, arena)?;
        interpreter.reset();
        Ok(interpreter)
    }

    /// As [`new`](Interpreter::new), without the reset: the arena holds the state that an interpreter of this Program
    /// left there. Whatever else it holds is of no consequence.
    pub fn resume(program: Program<'a>, arena: &'a mut [u8]) -> Result<Interpreter<'a>, ArenaError> {
        let found = arena.len();
        let needed = program.arena_bytes();
        if found < needed {
            return Err(ArenaError::TooSmall { found, needed });
        }
        let arena = Arena::new(arena).ok_or(ArenaError::Unaligned)?;
        Ok(Interpreter { program, arena })
    }

    /// The Program that runs here.
    pub fn program(&self) -> &Program<'a> {
        &self.program
    }

    /// Puts variables and the state of ops back to what they were before the first invocation.
    pub fn reset(&mut self) {
        for initialiser in self.program.initialisers() {
            let cells = self.arena.bytes(initialiser.arena_offset, initialiser.bytes);
            match initialiser.data_offset {
                NO_DATA => cells.fill(initialiser.fill as u8),
                offset => {
                    let data = Input::from(self.program.bytes());
                    cells.copy_from(data.range(offset as usize, initialiser.bytes as usize));
                }
            }
        }
    }

    /// The cells of input `index`, when there is such an input with elements of type `T`.
    pub fn input<T: Element>(&mut self, index: usize) -> Option<Output<'_, T>> {
        let operand = &self.program.inputs().get(index)?.operand;
        accepts::<T>(operand).then(|| self.arena.bytes(operand.offset, operand.bytes).elements())
    }

    /// Writes all bytes of input `index`. False when there is no such input or it has another length.
    #[must_use]
    pub fn set_input(&mut self, index: usize, bytes: &[u8]) -> bool {
        let Some(TensorRecord { operand, .. }) = self.program.inputs().get(index) else { return false };
        if operand.bytes as usize != bytes.len() {
            return false;
        }
        self.arena.bytes(operand.offset, operand.bytes).copy_from(Input::from(bytes));
        true
    }

    /// Output `index`, when there is such an output with elements of type `T`.
    pub fn output<T: Element>(&self, index: usize) -> Option<Input<'_, T>> {
        let operand = &self.program.outputs().get(index)?.operand;
        accepts::<T>(operand).then(|| self.operand_bytes(operand).elements())
    }

    /// The bytes of output `index`, whatever its type.
    pub fn output_bytes(&self, index: usize) -> Option<Input<'_, u8>> {
        Some(self.operand_bytes(&self.program.outputs().get(index)?.operand))
    }

    /// The bytes that an operand holds now: after [`invoke_observed`](Interpreter::invoke_observed)'s callback for
    /// an op, its outputs.
    pub fn operand_bytes(&self, operand: &OperandRecord) -> Input<'_, u8> {
        view(&self.program, self.arena, operand)
    }

    /// Runs every op once.
    ///
    /// Fails only because of the data, and only where TFLM fails too or would never return (a loop of more than
    /// [`MAXIMUM_RUNS`](crate::kernels::MAXIMUM_RUNS) rounds): memory is safe whatever they are.
    pub fn invoke(&mut self) -> Result<(), DataFault> {
        let progress = Progress::new();
        run(&self.program, self.arena, 0, &progress);
        outcome(progress.flow())
    }

    /// As [`invoke`](Interpreter::invoke), and calls `observe` with the index of each op of the first subgraph
    /// after it has run.
    pub fn invoke_observed(&mut self, mut observe: impl FnMut(&Self, u32)) -> Result<(), DataFault> {
        let main = self.program.subgraphs()[0];
        let progress = Progress::new();
        for index in main.first_op..main.first_op + main.op_count {
            run_op(&self.program, self.arena, index, &progress);
            observe(self, index);
            if progress.flow() != Flow::Continue {
                break;
            }
        }
        outcome(progress.flow())
    }
}

fn outcome(flow: Flow) -> Result<(), DataFault> {
    match flow {
        Flow::Fail(Fault { what }) => Err(DataFault { what }),
        Flow::Continue | Flow::Stop => Ok(()),
    }
}

/// Runs the ops of a subgraph until the end or until the flow changes.
pub(crate) fn run<'a>(program: &'a Program<'a>, arena: Arena<'a>, subgraph: u32, progress: &'a Progress) {
    let Some(ops) = program.subgraphs().get(subgraph as usize) else { return };
    for index in ops.first_op..ops.first_op + ops.op_count {
        run_op(program, arena, index, progress);
        if progress.flow() != Flow::Continue {
            return;
        }
    }
}

#[inline]
fn run_op<'a>(program: &'a Program<'a>, arena: Arena<'a>, index: u32, progress: &'a Progress) {
    let record = &program.ops()[index as usize];
    // A kernel that `parse` did not find would have been refused there.
    if let Some(kernel) = program.kernel(record.kernel) {
        (kernel.invoke)(&Call { program, arena, record, progress });
    }
}
