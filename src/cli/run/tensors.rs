//! `tinyml run --input`: tensors in, tensors out.

use std::path::Path;

use super::Arguments;
use crate::cli::{Failure, Kind, style};
use crate::host::invoke::{Dumped, Settings, invoke};
use crate::host::loaded::Loaded;
use crate::host::tensor_file::{self, ElementType, MAX_FILE_BYTES, TensorSpec};
use crate::report::run::tensors::{DumpReport, TensorReport, TensorsReport};
use crate::report::{bytes, counted};

pub fn execute(arguments: &Arguments, name: &str, loaded: &Loaded) -> anyhow::Result<()> {
    let (inputs, invocations) = inputs(arguments, loaded)?;
    if !arguments.output.is_empty() && arguments.output.len() != loaded.outputs.len() {
        return Err(Failure::usage(
            given("--output", arguments.output.len(), "output", loaded.outputs.len()),
            format!("in order: {}", described(&loaded.outputs)),
        )
        .into());
    }
    if arguments.labels.is_some() {
        arguments.check_labels(loaded)?;
    }
    check_size(loaded, invocations)?;
    let settings =
        Settings { invocations, reset_between: arguments.reset_between, dump: arguments.dump_tensors.is_some() };
    if settings.dump && loaded.written.is_empty() {
        return Err(Failure::usage("--dump-tensors needs the model, not a Program", "give the .tflite file").into());
    }
    let invoked = invoke(loaded, &inputs, settings)
        .map_err(|error| Failure::new(Kind::Data, format!("{name}: {error}")).help("check the values of the inputs"))?;

    let mut written = vec![None; loaded.outputs.len()];
    for (index, bytes) in invoked.outputs.iter().enumerate() {
        let path = match (&arguments.output_dir, arguments.output.get(index)) {
            (_, Some(file)) => file.clone(),
            (Some(directory), None) => directory.join(format!("output{index}.npy")),
            (None, None) => continue,
        };
        make_folder(arguments.output_dir.as_deref())?;
        write_tensor(&path, &loaded.outputs[index], invocations, bytes)?;
        written[index] = Some(path.display().to_string());
    }
    let dump = match &arguments.dump_tensors {
        Some(directory) => Some(dump(directory, loaded, &invoked.dumped)?),
        None => None,
    };
    let outputs = (0..loaded.outputs.len()).map(|index| {
        let (spec, bytes) = (&loaded.outputs[index], &invoked.outputs[index]);
        // Labels name the elements of the first output, one each.
        let labels = if index == 0 { loaded.labels.as_slice() } else { &[] };
        TensorReport::new(spec, bytes, invocations, loaded.output_quantization(index), labels, written[index].clone())
    });
    let report = TensorsReport::new(name, &loaded.sha256, invocations, outputs.collect(), dump);
    if arguments.json {
        return style::print(&(serde_json::to_string_pretty(&report)? + "\n"));
    }
    let mut text = String::new();
    report.render(&mut text, style::paint)?;
    style::print(&text)
}

/// The bytes of each model input for all invocations, and how many invocations there are.
fn inputs(arguments: &Arguments, loaded: &Loaded) -> anyhow::Result<(Vec<Vec<u8>>, usize)> {
    if arguments.input.len() != loaded.inputs.len() {
        let help = match loaded.inputs.is_empty() {
            true => "the model has no input; say how often it runs with --steps N".to_string(),
            false => format!("in order: {}; for sound use --wav FILE", described(&loaded.inputs)),
        };
        return Err(Failure::usage(given("--input", arguments.input.len(), "input", loaded.inputs.len()), help).into());
    }
    let mut feeds = Vec::new();
    for (path, tensor) in arguments.input.iter().zip(&loaded.inputs) {
        let feed = tensor_file::read(path, tensor).map_err(|error| {
            Failure::new(Kind::Unreadable, format!("{}: {error}", path.display())).help(error.help())
        })?;
        feeds.push((path, feed));
    }
    let steps = arguments.steps.map(|steps| steps as usize);
    let most = feeds.iter().map(|(_, feed)| feed.invocations).max();
    let invocations = match (most, steps) {
        (None, steps) => steps.unwrap_or(1),
        (Some(1), steps) => steps.unwrap_or(1),
        (Some(found), Some(steps)) if found != steps => {
            return Err(Failure::usage(
                format!("--steps {steps}: the inputs hold {found} invocations"),
                "leave --steps out, or give inputs for as many invocations",
            )
            .into());
        }
        (Some(found), _) => found,
    };
    let mut inputs = Vec::new();
    for (path, feed) in feeds {
        // One tensor is fed again and again; several must be as many as all others.
        match feed.invocations {
            found if found == 1 || found == invocations => inputs.push(feed.bytes),
            found => {
                return Err(Failure::usage(
                    format!("{}: holds {found} invocations, another input {invocations}", path.display()),
                    "give every input for as many invocations, or for one",
                )
                .into());
            }
        }
    }
    Ok((inputs, invocations))
}

/// That the outputs of all invocations, which are kept until the end, fit in memory.
fn check_size(loaded: &Loaded, invocations: usize) -> anyhow::Result<()> {
    let once: u64 = loaded.program().outputs().iter().map(|output| u64::from(output.operand.bytes)).sum();
    let all = once.saturating_mul(invocations as u64);
    if all > MAX_FILE_BYTES {
        let most = MAX_FILE_BYTES / once.max(1);
        return Err(Failure::usage(
            format!("{} would give {} of outputs", counted(invocations as u64, "invocation"), bytes(all)),
            format!("at most {} are kept; run {} at a time", bytes(MAX_FILE_BYTES), counted(most, "invocation")),
        )
        .into());
    }
    Ok(())
}

/// How many files an option was given, against how many tensors the model has.
fn given(option: &str, files: usize, role: &str, tensors: usize) -> String {
    let files = counted(files as u64, &format!("{option} file"));
    format!("{files} given, the model has {}", counted(tensors as u64, role))
}

fn described(tensors: &[TensorSpec]) -> String {
    let one = |tensor: &TensorSpec| format!("\"{}\" {} {:?}", tensor.name, tensor.element_type.name(), tensor.shape);
    if tensors.is_empty() { "none".to_string() } else { tensors.iter().map(one).collect::<Vec<_>>().join(", ") }
}

fn make_folder(directory: Option<&Path>) -> anyhow::Result<()> {
    if let Some(directory) = directory {
        std::fs::create_dir_all(directory).map_err(|error| Failure::not_written(directory, error))?;
    }
    Ok(())
}

fn write_tensor(path: &Path, tensor: &TensorSpec, invocations: usize, bytes: &[u8]) -> anyhow::Result<()> {
    tensor_file::write(path, tensor, invocations, bytes)
        .map_err(|error| Failure::new(Kind::Other, format!("{}: {error}", path.display())).help(error.help()))?;
    Ok(())
}

/// Writes every tensor of the last invocation and an index of them.
fn dump(directory: &Path, loaded: &Loaded, dumped: &[Dumped]) -> anyhow::Result<Vec<DumpReport>> {
    make_folder(Some(directory))?;
    let mut reports = Vec::new();
    for tensor in dumped {
        let written = &loaded.written[tensor.written];
        let is_array = written.element_type != ElementType::Int4 && !tensor.bytes.is_empty();
        let file = format!("{:04}.{}", written.tensor, if is_array { "npy" } else { "bin" });
        let path = directory.join(&file);
        if is_array {
            let shape = written.shape.iter().map(|&extent| extent as usize).collect();
            let spec = TensorSpec { name: written.name.clone(), element_type: written.element_type, shape };
            write_tensor(&path, &spec, 1, &tensor.bytes)?;
        } else {
            std::fs::write(&path, &tensor.bytes).map_err(|error| Failure::not_written(&path, error))?;
        }
        reports.push(DumpReport {
            tensor: written.tensor,
            name: written.name.clone(),
            element_type: written.element_type.name(),
            shape: written.shape.clone(),
            crc32: format!("{:08x}", tensor.crc32),
            file,
        });
    }
    let index = directory.join("tensors.json");
    let text = serde_json::to_string_pretty(&serde_json::json!({ "schema_version": 1, "tensors": reports }))?;
    std::fs::write(&index, text + "\n").map_err(|error| Failure::not_written(&index, error))?;
    Ok(reports)
}
