//! What `tinyml inspect` says about a model.

mod board;
mod checks;
mod findings;
mod flash;
pub mod html;
mod memory;
mod operators;
mod runtime;
pub mod sarif;
mod summary;
mod tensors;
mod text;
mod tflm;
mod time;

use micro_runtime::board::Board;
use micro_runtime::program::KernelSet;
use serde::Serialize;

pub use board::BoardReport;
pub use checks::{CheckReport, ChecksReport};
pub use findings::FindingReport;
pub use flash::{ClassReport, FlashReport};
pub use memory::{BufferReport, MemoryReport, PeakReport, WhatIfReport};
pub use operators::{Fate, OperatorReport};
pub use runtime::{KernelReport, PartReport, RamReport, RuntimeReport};
pub use summary::{InterfaceReport, VerdictReport};
pub use tensors::{FullTensorReport, MetadataReport, SignatureReport, TensorReport};
pub use text::Layout;
pub use tflm::{TflmArena, TflmReport, TflmScratch, TflmTail};
pub use time::{BoardTimeReport, IntervalReport, KeywordReport, TimeReport};

use crate::check::Usage;
use crate::compile::error::CompileError;
use crate::compile::{self, Compiled};
use crate::host::loaded::hexadecimal;
use crate::model::{Damage, Model};

/// A model in numbers. What depends on a Program is absent where there is none.
#[derive(Clone, Debug, Serialize)]
pub struct InspectReport {
    /// Version of this structure.
    pub schema_version: u32,
    /// The file.
    pub model: FileReport,
    /// Whether it can run, and if not, why.
    pub verdict: VerdictReport,
    /// What the caller writes.
    pub inputs: Vec<InterfaceReport>,
    /// What the caller reads.
    pub outputs: Vec<InterfaceReport>,
    /// The kernel set that all that follows is for.
    pub kernel_set: &'static str,
    /// Sums over all operators.
    pub totals: Totals,
    /// Every operator of every subgraph.
    pub operators: Vec<OperatorReport>,
    /// The arena.
    pub memory: Option<MemoryReport>,
    /// The flash.
    pub flash: Option<FlashReport>,
    /// What an invocation takes on a Cortex-M4, estimated; absent where no kernel of it was ever counted.
    pub time: Option<TimeReport>,
    /// The board that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub board: Option<BoardReport>,
    /// Every tensor, when that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tensors: Option<Vec<FullTensorReport>>,
    /// What the file carries besides, when that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Vec<MetadataReport>>,
    /// Names for inputs and outputs, when metadata was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signatures: Option<Vec<SignatureReport>>,
    /// What is wrong or could be better, worst first.
    pub findings: Vec<FindingReport>,
    /// Channels whose weights are all zero.
    pub dead_channels: u64,
}

/// The file of a model.
#[derive(Clone, Debug, Serialize)]
pub struct FileReport {
    /// Its name as it was given.
    pub name: String,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// The version of the file layout.
    pub layout_version: u32,
    /// What the converter wrote about it.
    pub description: String,
    /// The oldest TensorFlow Lite that it is for, when the file says so.
    pub min_runtime_version: Option<String>,
}

/// Sums over all operators of all subgraphs.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Totals {
    /// Operators.
    pub operators: u64,
    /// Tensors.
    pub tensors: u64,
    /// Multiply-accumulates of one run of every operator; see [`crate::estimate::macs`].
    pub macs: u64,
    /// Elements of the constants that operators compute with: weights and biases.
    pub parameters: u64,
}

/// What there is to report about.
pub struct Inspected<'a> {
    /// The name of the file.
    pub name: &'a str,
    /// What it holds.
    pub model: &'a Model<'a>,
    /// The Program, or why there is none.
    pub compiled: Result<&'a Compiled, &'a CompileError>,
    /// Constant data of the model that is damaged; then there is no Program.
    pub damages: &'a [Damage],
    /// The labels that come with it.
    pub labels: &'a [String],
    /// Whether the labels are those of a model that listens.
    pub takes_sound: bool,
    /// How data used the codes of tensors; empty when nothing was run.
    pub usage: &'a [Usage],
    /// The board that it is meant for.
    pub board: Option<&'static Board>,
    /// The kernels that it was compiled for.
    pub kernel_set: KernelSet,
    /// What else to report.
    pub details: Details,
}

/// What a report has beside the ordinary.
#[derive(Clone, Copy, Debug, Default)]
pub struct Details {
    /// Every tensor with its quantisation.
    pub tensors: bool,
    /// Metadata and signatures.
    pub metadata: bool,
}

impl InspectReport {
    /// The report on a model.
    pub fn new(inspected: &Inspected<'_>) -> InspectReport {
        let model = inspected.model;
        let compiled = inspected.compiled.ok();
        let main = &model.subgraphs[0];
        let interface = |tensors: &[usize]| tensors.iter().map(|&index| InterfaceReport::new(main, index)).collect();
        let mut operators = operators::reports(inspected);
        let (findings, dead_channels) = findings::look(inspected, &mut operators);
        let flash = compiled.map(|compiled| FlashReport::new(model.bytes.len() as u64, compiled, inspected.board));
        let min_runtime = model.metadata_named("min_runtime_version").map(|bytes| {
            let text = String::from_utf8_lossy(bytes);
            text.trim_end_matches('\0').trim().to_string()
        });
        InspectReport {
            schema_version: 1,
            model: FileReport {
                name: inspected.name.to_string(),
                sha256: hexadecimal(&compile::digest(model.bytes)),
                bytes: model.bytes.len() as u64,
                layout_version: model.version,
                description: model.description.clone(),
                min_runtime_version: min_runtime.filter(|text| !text.is_empty()),
            },
            verdict: VerdictReport::new(inspected),
            inputs: interface(&main.inputs),
            outputs: interface(&main.outputs),
            kernel_set: inspected.kernel_set.name(),
            totals: Totals {
                operators: operators.len() as u64,
                tensors: model.subgraphs.iter().map(|graph| graph.tensors.len() as u64).sum(),
                macs: operators.iter().fold(0, |sum, operator| sum.saturating_add(operator.macs)),
                parameters: operators::parameters_of_model(model),
            },
            operators,
            memory: compiled.map(|compiled| MemoryReport::new(model, compiled)),
            time: compiled.and_then(|compiled| TimeReport::new(model, compiled, inspected.board)),
            board: inspected.board.map(|board| BoardReport::new(board, compiled, flash.as_ref())),
            flash,
            tensors: inspected.details.tensors.then(|| tensors::all(model)),
            metadata: inspected.details.metadata.then(|| tensors::metadata(model)),
            signatures: inspected.details.metadata.then(|| tensors::signatures(model)),
            findings,
            dead_channels,
        }
    }
}
