//! A model on tensors: one interpreter, one or many invocations.

use micro_runtime::interpreter::{DataFault, Interpreter};
use micro_runtime::program::crc32;
use thiserror::Error;

use super::loaded::Loaded;
use crate::aligned::AlignedBytes;

/// Why a run ended early.
#[derive(Clone, Debug, Error)]
#[error("invocation {invocation}: {fault}")]
pub struct InvokeError {
    /// Number of the invocation, from 0.
    pub invocation: usize,
    /// What the data asked for.
    pub fault: DataFault,
}

/// What an op wrote, copied right after it ran.
#[derive(Clone, Debug)]
pub struct Dumped {
    /// Index among [`Loaded::written`].
    pub written: usize,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their CRC-32.
    pub crc32: u32,
}

/// The outcome of a run.
#[derive(Clone, Debug, Default)]
pub struct Invoked {
    /// For each model output, the bytes of all invocations one after the other.
    pub outputs: Vec<Vec<u8>>,
    /// The tensors of the last invocation, when they were asked for.
    pub dumped: Vec<Dumped>,
}

/// How the invocations go.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many.
    pub invocations: usize,
    /// Whether state starts anew before each.
    pub reset_between: bool,
    /// Whether the tensors of the last one are kept.
    pub dump: bool,
}

/// Runs the model. `inputs` holds, for each model input, the bytes of all invocations one after the other, or those of
/// one, which are fed every time.
///
/// # Panics
/// When an input has another length than its tensor, once or times the number of invocations.
pub fn invoke(loaded: &Loaded, inputs: &[Vec<u8>], settings: Settings) -> Result<Invoked, InvokeError> {
    let program = loaded.program();
    let mut arena = AlignedBytes::zeroed(program.arena_bytes());
    let mut interpreter = Interpreter::new(program, &mut arena)
        .expect("the arena has the size and the alignment that the Program asks for");
    let mut invoked = Invoked { outputs: vec![Vec::new(); program.outputs().len()], dumped: Vec::new() };
    for invocation in 0..settings.invocations {
        if settings.reset_between {
            interpreter.reset();
        }
        for (index, input) in inputs.iter().enumerate() {
            let bytes = program.inputs()[index].operand.bytes as usize;
            let start = if input.len() == bytes { 0 } else { invocation * bytes };
            assert!(interpreter.set_input(index, &input[start..][..bytes]));
        }
        let fault = |fault| InvokeError { invocation, fault };
        if settings.dump && invocation + 1 == settings.invocations {
            invoked.dumped = invoke_and_dump(loaded, &mut interpreter).map_err(fault)?;
        } else {
            interpreter.invoke().map_err(fault)?;
        }
        for (index, bytes) in invoked.outputs.iter_mut().enumerate() {
            bytes.extend(interpreter.output_bytes(index).into_iter().flat_map(|output| output.iter()));
        }
    }
    Ok(invoked)
}

fn invoke_and_dump(loaded: &Loaded, interpreter: &mut Interpreter<'_>) -> Result<Vec<Dumped>, DataFault> {
    let mut dumped = Vec::new();
    interpreter.invoke_observed(|interpreter, op| {
        for (written, tensor) in loaded.written.iter().enumerate().filter(|(_, tensor)| tensor.op == Some(op)) {
            let bytes: Vec<u8> = interpreter.operand_bytes(&tensor.operand).iter().collect();
            dumped.push(Dumped { written, crc32: crc32(&bytes), bytes });
        }
    })?;
    Ok(dumped)
}
