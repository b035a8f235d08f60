//! `tinyml resolver`: the lines that tell TensorFlow Lite Micro which operators models need.

use std::path::PathBuf;

use clap::Args;
use micro_runtime::program::record::MAGIC;

use super::failure::Said;
use super::{Failure, Kind, style};
use crate::host::loaded::{LoadError, read_file};
use crate::model::Model;
use crate::report::resolver::ResolverReport;

/// Print the MicroMutableOpResolver lines that models need in TensorFlow Lite Micro
#[derive(Args)]
pub struct Arguments {
    /// The models, .tflite files; several share one resolver
    #[arg(required = true, value_name = "MODEL")]
    models: Vec<PathBuf>,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

pub fn execute(arguments: Arguments) -> anyhow::Result<()> {
    let mut files = Vec::new();
    for path in &arguments.models {
        let name = path.display().to_string();
        let bytes = read_file(path).map_err(|error| Failure::load(&name, &error))?;
        if bytes.starts_with(&MAGIC) {
            return Err(Failure::new(Kind::Unreadable, format!("{name}: this is a Program, which TFLM cannot run"))
                .help("give the .tflite file it was made from")
                .into());
        }
        files.push((name, bytes));
    }
    let read = |(name, bytes)| Model::read(bytes).map_err(|error| Failure::load(name, &LoadError::from(error)));
    let models = files.iter().map(|(name, bytes)| read((name, bytes))).collect::<Result<Vec<_>, _>>()?;
    let named: Vec<_> = files.iter().map(|(name, _)| name.clone()).zip(&models).collect();
    let report = ResolverReport::new(&named);
    let mut text = String::new();
    if arguments.json {
        text = serde_json::to_string_pretty(&report)? + "\n";
    } else {
        report.render(&mut text)?;
    }
    style::print(&text)?;
    for operator in &report.missing {
        let (message, help) = if operator.is_custom {
            (
                format!("TFLM has no custom operator {}, so it is not in the resolver", operator.name),
                format!(
                    "link a kernel for it, make room for one more, and add resolver.AddCustom(\"{}\", ...)",
                    operator.name
                ),
            )
        } else {
            (
                format!("TFLM has no operator {}, so it cannot run the model", operator.name),
                format!(
                    "replace {} by operators that TFLM has before converting; tinyml inspect says where it is",
                    operator.name
                ),
            )
        };
        Failure::new(Kind::Unsupported, message).help(help).print();
    }
    if report.missing.is_empty() { Ok(()) } else { Err(Said(Kind::Unsupported).into()) }
}
