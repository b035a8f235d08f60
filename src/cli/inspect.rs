//! `tinyml inspect`: what is in a model, and what it takes.

mod checks;
mod data;

use std::path::{Path, PathBuf};

use clap::Args;
use micro_runtime::board::{self, Board, Core};
use micro_runtime::detect::background_labels;
use micro_runtime::program::KernelSet;
use micro_runtime::program::record::MAGIC;
use serde::Serialize;

use self::checks::FailOn;
use super::failure::Said;
use super::kernel_set::KernelSetArgument;
use super::run::labels_beside;
use super::{Failure, Kind, style};
use crate::compile::error::{CompileError, Refusal};
use crate::compile::{Options, compile};
use crate::host::loaded::{LoadError, Loaded, labels_of, read_file};
use crate::model::{Model, ReadError};
use crate::report::inspect::{Details, InspectReport, Inspected, Layout, html, sarif};

/// See what is in a model, and what it takes
#[derive(Args)]
pub struct Arguments {
    /// The models, .tflite files
    #[arg(required_unless_present = "list_checks", value_name = "MODEL")]
    models: Vec<PathBuf>,
    /// Ask about this board: does the model fit it?
    #[arg(long, value_name = "BOARD")]
    board: Option<String>,
    /// The kernels that will run it; those of the board when one is named, else generic
    #[arg(long, value_enum)]
    kernel_set: Option<KernelSetArgument>,
    /// Draw the arena: time across, address down
    #[arg(long)]
    map: bool,
    /// Show what TensorFlow Lite Micro would need its arena for, with its reference kernels and with CMSIS-NN
    #[arg(long)]
    tflm: bool,
    /// List every tensor with its quantisation
    #[arg(long)]
    tensors: bool,
    /// Show what the file carries besides: metadata, signatures
    #[arg(long)]
    metadata: bool,
    /// Write the reports as one HTML file, which needs no network
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Show every finding, also those like others
    #[arg(long, help_heading = "Checks")]
    all_findings: bool,
    /// Exit with code 1 when there are findings of this severity or worse
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t, help_heading = "Checks")]
    fail_on: FailOn,
    /// Run the models on the files in this folder (.wav, .npy, .bin), and check how the values use their codes
    #[arg(long, value_name = "DIR", help_heading = "Checks")]
    data: Option<PathBuf>,
    /// Print the findings as SARIF 2.1.0
    #[arg(long, conflicts_with = "json", help_heading = "Checks")]
    sarif: bool,
    /// List the checks: what they mean, how bad it is, what to do
    #[arg(long, conflicts_with_all = ["models", "sarif"], help_heading = "Checks")]
    list_checks: bool,
    /// Print the reports as JSON: one object, for several models a list of them in `models`
    #[arg(long)]
    json: bool,
}

/// The JSON for several models.
#[derive(Serialize)]
struct Reports<'a> {
    schema_version: u32,
    models: &'a [InspectReport],
}

pub fn execute(arguments: Arguments) -> anyhow::Result<()> {
    if arguments.list_checks {
        return checks::list(arguments.json);
    }
    let board = arguments.board.as_deref().map(board_named).transpose()?;
    let details = Details { tensors: arguments.tensors, metadata: arguments.metadata };
    let kernel_set = match (arguments.kernel_set, board.map(|board| board.core)) {
        (Some(argument), _) => argument.into(),
        (None, Some(Core::CortexM4F)) => KernelSet::Armv7em,
        (None, _) => KernelSet::Generic,
    };
    let mut reports = Vec::new();
    let mut failed = None;
    for path in &arguments.models {
        match inspect(path, board, kernel_set, details, arguments.data.as_deref()) {
            Ok(report) => reports.push(report),
            Err(failure) if arguments.models.len() == 1 => return Err(failure.into()),
            Err(failure) => {
                failure.print();
                failed.get_or_insert(failure.kind);
            }
        }
    }
    if let Some(path) = &arguments.html
        && !reports.is_empty()
    {
        std::fs::write(path, html::page(&reports)).map_err(|error| Failure::not_written(path, error))?;
    }
    if arguments.sarif {
        style::print(&(serde_json::to_string_pretty(&sarif::log(&reports))? + "\n"))?;
    } else if arguments.json {
        let json = match (arguments.models.len(), reports.as_slice()) {
            (1, [report]) => serde_json::to_string_pretty(report)?,
            _ => serde_json::to_string_pretty(&Reports { schema_version: 1, models: &reports })?,
        };
        style::print(&(json + "\n"))?;
    } else {
        let Arguments { map, tflm, all_findings, .. } = arguments;
        let layout = Layout { width: style::width(), map, tflm, all_findings };
        let mut text = String::new();
        for (position, report) in reports.iter().enumerate() {
            if position > 0 {
                text.push('\n');
            }
            report.render(&mut text, layout, style::paint)?;
        }
        style::print(&text)?;
    }
    let failed = failed.or(arguments.fail_on.judge(&reports));
    failed.map_or(Ok(()), |kind| Err(Said(kind).into()))
}

/// The report on the model at `path`. A model that cannot run is no failure, bytes that are no model are.
fn inspect(
    path: &Path,
    board: Option<&'static Board>,
    kernel_set: KernelSet,
    details: Details,
    data: Option<&Path>,
) -> Result<InspectReport, Failure> {
    let name = path.display().to_string();
    let bytes = read_file(path).map_err(|error| Failure::load(&name, &error))?;
    if bytes.starts_with(&MAGIC) {
        return Err(Failure::new(Kind::Unreadable, format!("{name}: this is a Program, compiled already"))
            .help("inspect the .tflite file it was made from"));
    }
    let (model, damages) =
        Model::read_damaged(&bytes).map_err(|error| Failure::load(&name, &LoadError::from(error)))?;
    let mut labels = labels_of(&model);
    if labels.is_empty() {
        labels = labels_beside(path);
    }
    let options = Options { kernel_set, labels: labels.clone(), ..Options::default() };
    let compiled = match damages.first() {
        None => compile(&model, &options),
        Some(damage) => Err(damaged(&damage.error)),
    };
    let usage = match data {
        Some(directory) if compiled.is_ok() => {
            let loaded = Loaded::load(&bytes, &options).map_err(|error| Failure::load(&name, &error))?;
            data::usage(directory, &name, &model, &loaded)?
        }
        Some(_) => {
            style::note(&format!("{name}: cannot run, so --data is left out"));
            Vec::new()
        }
        None => Vec::new(),
    };
    Ok(InspectReport::new(&Inspected {
        name: &name,
        model: &model,
        compiled: compiled.as_ref(),
        damages: &damages,
        labels: &labels,
        takes_sound: background_labels(labels.iter().map(String::as_str)) != 0,
        usage: &usage,
        board,
        kernel_set,
        details,
    }))
}

/// Why a model with damaged constants is not compiled.
fn damaged(error: &ReadError) -> CompileError {
    CompileError::at("constant data", Refusal::new(error.to_string(), error.help().unwrap_or_default()))
}

fn board_named(name: &str) -> Result<&'static Board, Failure> {
    board::find(name).ok_or_else(|| {
        let names: Vec<&str> = board::ALL.iter().map(|board| board.name).collect();
        Failure::usage(format!("--board {name}: there is no such board"), format!("boards are {}", names.join(", ")))
    })
}
