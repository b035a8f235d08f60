//! What `tinyml compile` says.

use std::fmt;

use serde::Serialize;

use super::run::ModelName;
use super::table::{Style, printable};
use super::{bytes, thousands};
use crate::compile::Compiled;
use crate::host::loaded::hexadecimal;

/// A compiled model in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct CompileReport {
    /// Version of this structure.
    pub schema_version: u32,
    /// The model.
    pub model: ModelName,
    /// Size of the model's file.
    pub model_bytes: u64,
    /// Size of the Program.
    pub program_bytes: u64,
    /// Arena that running takes: tensors, scratch and state.
    pub arena_bytes: u64,
    /// No placement that shares bytes takes less.
    pub lower_bound_bytes: u64,
    /// The placement strategy that won.
    pub strategy: &'static str,
    /// The kernel set that the Program is for.
    pub kernel_set: &'static str,
    /// Index of the op at which the most bytes are alive.
    pub peak_op: Option<u32>,
    /// The ops of the Program.
    pub ops: Vec<OpReport>,
}

/// An op of the Program.
#[derive(Clone, Debug, Serialize)]
pub struct OpReport {
    /// Its index in the Program.
    pub index: u32,
    /// The subgraph that its operator belongs to.
    pub subgraph: usize,
    /// The index of the operator there.
    pub operator: usize,
    /// The kernel that runs it.
    pub kernel: &'static str,
}

impl CompileReport {
    /// The report on a compiled model of so many bytes.
    pub fn new(model: &str, model_bytes: u64, compiled: &Compiled) -> CompileReport {
        let program = compiled.program();
        CompileReport {
            schema_version: 1,
            model: ModelName { name: model.to_string(), sha256: hexadecimal(&program.header().source_digest) },
            model_bytes,
            program_bytes: compiled.bytes.len() as u64,
            arena_bytes: compiled.arena_bytes.into(),
            lower_bound_bytes: compiled.lower_bound_bytes.into(),
            strategy: compiled.strategy,
            kernel_set: program.kernel_set().name(),
            peak_op: compiled.peak_op,
            ops: (0..)
                .zip(&compiled.ops)
                .map(|(index, op)| OpReport { index, subgraph: op.subgraph, operator: op.operator, kernel: op.kernel })
                .collect(),
        }
    }

    /// The same for people.
    pub fn render(&self, out: &mut impl fmt::Write, paint: impl Fn(Style, &str) -> String) -> fmt::Result {
        let peak = self.peak_op.and_then(|index| self.ops.get(index as usize));
        writeln!(out, "{}", paint(Style::Strong, &printable(&self.model.name)))?;
        writeln!(out, "  program  {} (model {})", bytes(self.program_bytes), bytes(self.model_bytes))?;
        writeln!(
            out,
            "  arena    {} (no placement takes less than {})",
            bytes(self.arena_bytes),
            bytes(self.lower_bound_bytes)
        )?;
        if let Some(peak) = peak {
            writeln!(out, "  peak     at op {} ({}), operator {}", peak.index, peak.kernel, peak.operator)?;
        }
        writeln!(out, "  ops      {}, {} kernels", thousands(self.ops.len() as u64), self.kernel_set)
    }
}
