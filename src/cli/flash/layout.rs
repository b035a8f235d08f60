//! From arguments to an image: which firmware, which model, and whether they fit.

use std::path::Path;

use micro_runtime::board::Board;
use micro_runtime::program::KernelSet;

use super::{Arguments, refused};
use crate::cli::{Failure, Kind};
use crate::compile::Options;
use crate::flash::firmware::{self, Firmware, FirmwareError};
use crate::flash::image::{FlashImage, ImageError};
use crate::host::loaded::{Loaded, labels_of, read_file};
use crate::host::{builtin, suggested};
use crate::model::Model;
use crate::report::flash::{FirmwareReport, FlashReport, ImageReport, ModelReport};

/// The image that the arguments ask for, and what there is to say about it.
pub fn lay_out(arguments: &Arguments, board: &'static Board) -> anyhow::Result<(FlashImage, FlashReport)> {
    let firmware = firmware_of(arguments, board)?;
    let model = model_of(arguments, firmware.as_ref().map(|(_, firmware)| firmware))?;
    let program = model.as_ref().map(|(_, model)| model.program());
    let sent = firmware.as_ref().filter(|_| !arguments.model_only);
    let there = firmware.as_ref().map(|(_, firmware)| firmware);
    let image = FlashImage::build(board, sent.map(|(_, firmware)| firmware), program.as_ref(), there);
    let image = image.map_err(|error| {
        let named = match (&model, &firmware) {
            (_, Some((name, _))) if matches!(error, ImageError::Overlap { .. }) => name,
            (Some((name, _)), _) | (None, Some((name, _))) => name,
            (None, None) => board.name,
        };
        refused(named, &error)
    })?;
    if image.segments.is_empty() {
        return Err(Failure::usage("there is nothing to send", "give --firmware FILE, or leave --no-model out").into());
    }
    let report = FlashReport {
        schema_version: 1,
        board: board.name,
        firmware: sent.map(|(name, firmware)| FirmwareReport::new(name, firmware)),
        model: model.as_ref().map(|(name, model)| ModelReport {
            name: name.clone(),
            sha256: model.sha256.clone(),
            program_bytes: model.bytes.len() as u64,
            arena_bytes: model.program().arena_bytes() as u32,
            kernel_set: model.program().kernel_set().name(),
            labels: model.program().labels().map(str::to_string).collect(),
        }),
        image: ImageReport::new(&image),
        outcome: "planned",
        output: None,
        transfer: None,
        heard: None,
    };
    Ok((image, report))
}

/// The firmware and its name. Without one that is built in, only a model can be laid out.
fn firmware_of(arguments: &Arguments, board: &'static Board) -> Result<Option<(String, Firmware)>, Failure> {
    let (name, bytes) = match &arguments.firmware {
        Some(path) => {
            let name = path.display().to_string();
            let bytes = read_file(path).map_err(|error| Failure::load(&name, &error))?;
            (name, bytes)
        }
        None => match firmware::prebuilt(board) {
            Some(bytes) => ("built-in firmware".to_string(), bytes.to_vec()),
            None if arguments.model_only => return Ok(None),
            None => {
                let known: Vec<&str> = firmware::prebuilt_boards().collect();
                let known = if known.is_empty() { "no board yet".to_string() } else { known.join(", ") };
                return Err(Failure::new(
                    Kind::Unsupported,
                    format!("there is no built-in firmware for {}", board.name),
                )
                .help(format!("give one of your own with --firmware FILE; there is one for {known}")));
            }
        },
    };
    let firmware = Firmware::read(&bytes, board).map_err(|error| unusable(&name, &error))?;
    Ok(Some((name, firmware)))
}

fn unusable(name: &str, error: &FirmwareError) -> Failure {
    let kind = if error.is_misfit() { Kind::DoesNotFit } else { Kind::Unreadable };
    Failure::new(kind, format!("{name}: {error}")).help(error.help())
}

/// The model and its name: the one that was named, else the built-in one where the firmware runs models.
fn model_of(arguments: &Arguments, firmware: Option<&Firmware>) -> anyhow::Result<Option<(String, Loaded)>> {
    let record = firmware.and_then(|firmware| firmware.record.as_ref());
    let runs_models = record.is_some() || firmware.is_none();
    if arguments.no_model || arguments.model.is_none() && !runs_models {
        return Ok(None);
    }
    let kernel_set = record.and_then(|record| record.facts.kernel_set()).unwrap_or(KernelSet::Generic);
    let labels = arguments.labels.as_deref().map(crate::cli::run::labels_argument).transpose()?.unwrap_or_default();
    let (name, bytes, mut options) = match &arguments.model {
        None => ("built-in keyword model".to_string(), builtin::KEYWORD_MODEL.to_vec(), builtin::chip_options()),
        Some(path) => {
            let (name, bytes) = named(path)?;
            let listening = Model::read(&bytes).ok().and_then(|model| {
                let own = labels_of(&model);
                suggested::listening(&model, if labels.is_empty() { &own } else { &labels })
            });
            (name, bytes, Options { listening, ..Options::default() })
        }
    };
    options.kernel_set = kernel_set;
    if !labels.is_empty() {
        options.labels = labels;
    }
    let loaded = Loaded::load(&bytes, &options).map_err(|error| Failure::load(&name, &error))?;
    Ok(Some((name, loaded)))
}

fn named(path: &Path) -> Result<(String, Vec<u8>), Failure> {
    let name = path.display().to_string();
    let bytes = read_file(path).map_err(|error| Failure::load(&name, &error))?;
    Ok((name, bytes))
}
