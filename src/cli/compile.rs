//! `tinyml compile`: a model becomes a Program.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use micro_runtime::program::record::MAGIC;

use super::kernel_set::KernelSetArgument;
use super::{Failure, Kind, style};
use crate::compile::{Options, compile, source};
use crate::host::loaded::{LoadError, labels_of, read_file};
use crate::host::suggested;
use crate::model::Model;
use crate::report::compile::CompileReport;

/// Compile a model to a Program, the block that host and chip run
#[derive(Args)]
pub struct Arguments {
    /// The model, a .tflite file
    model: PathBuf,
    /// Where to write the Program
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What to write it as
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The kernels that will run it
    #[arg(long, value_enum, default_value_t)]
    kernel_set: KernelSetArgument,
    /// Give every tensor bytes of its own, for looking at them; the outputs stay the same
    #[arg(long)]
    keep_all_tensors: bool,
    /// Labels of the first output: a file with one a line, or a list with commas
    #[arg(long, value_name = "LABELS")]
    labels: Option<String>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    /// The bytes themselves
    #[default]
    Program,
    /// A C array, which is C++ too
    C,
    /// Rust source with the list of kernels that the Program needs
    Rust,
}

pub fn execute(arguments: Arguments) -> anyhow::Result<()> {
    let name = arguments.model.display().to_string();
    let bytes = read_file(&arguments.model).map_err(|error| Failure::load(&name, &error))?;
    if bytes.starts_with(&MAGIC) {
        return Err(Failure::new(Kind::Unreadable, format!("{name}: this is a Program, compiled already"))
            .help("run it with tinyml run, or compile the .tflite file it was made from")
            .into());
    }
    let model = Model::read(&bytes).map_err(|error| Failure::load(&name, &LoadError::from(error)))?;
    let labels = match &arguments.labels {
        Some(labels) => super::run::labels_argument(labels)?,
        None => labels_of(&model),
    };
    let options = Options {
        kernel_set: arguments.kernel_set.into(),
        keep_all_tensors: arguments.keep_all_tensors,
        listening: suggested::listening(&model, &labels),
        labels,
    };
    let compiled = compile(&model, &options).map_err(|error| Failure::load(&name, &LoadError::from(error)))?;
    if let Some(output) = &arguments.output {
        let model_name = arguments.model.file_name().unwrap_or_default().to_string_lossy();
        let stem = arguments.model.file_stem().unwrap_or_default().to_string_lossy();
        let bytes = match arguments.format {
            Format::Program => compiled.bytes.to_vec(),
            Format::C => source::c(&compiled, &source::identifier(&stem), &model_name).into_bytes(),
            Format::Rust => source::rust(&compiled, &model_name).into_bytes(),
        };
        std::fs::write(output, bytes).map_err(|error| Failure::not_written(output, error))?;
    }
    let report = CompileReport::new(&name, bytes.len() as u64, &compiled);
    if arguments.json {
        style::print(&(serde_json::to_string_pretty(&report)? + "\n"))?;
    } else {
        let mut text = String::new();
        report.render(&mut text, style::paint)?;
        style::print(&text)?;
    }
    if arguments.output.is_none() {
        style::note("nothing was written; -o FILE keeps the Program");
    }
    Ok(())
}
