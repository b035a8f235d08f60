//! Why a model cannot be compiled.

use std::fmt;

/// What an op's lowering finds wrong, and what to do about it. The place is added by the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong: found and needed.
    pub problem: String,
    /// The next step.
    pub help: String,
    /// Whether the model is sound but asks for what tinyml does not do.
    pub unsupported: bool,
}

impl Refusal {
    /// The model contradicts itself.
    pub fn new(problem: impl Into<String>, help: impl Into<String>) -> Refusal {
        Refusal { problem: problem.into(), help: help.into(), unsupported: false }
    }

    /// The model asks for what TensorFlow Lite Micro and tinyml do not do.
    pub fn unsupported(problem: impl Into<String>, help: impl Into<String>) -> Refusal {
        Refusal { problem: problem.into(), help: help.into(), unsupported: true }
    }
}

/// Why a model was not compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// Where: `operator 3 (CONV_2D)`.
    pub place: String,
    /// What.
    pub refusal: Refusal,
}

impl CompileError {
    /// `refusal`, found at `place`.
    pub fn at(place: impl Into<String>, refusal: Refusal) -> CompileError {
        CompileError { place: place.into(), refusal }
    }

    /// The next step for the person who reads the message.
    pub fn help(&self) -> &str {
        &self.refusal.help
    }

    /// Whether the model is sound but asks for what tinyml does not do.
    pub fn is_unsupported(&self) -> bool {
        self.refusal.unsupported
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.refusal.problem)
    }
}

impl std::error::Error for CompileError {}
