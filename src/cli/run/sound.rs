//! `tinyml run --wav`: clips become a timeline and a verdict.

use std::path::Path;

use bytemuck::NoUninit;
use micro_runtime::arena::ElementType;
use micro_runtime::frontend::CHANNELS;
use micro_runtime::pipeline::{PipelineError, ROW_MS, WINDOW_MS, row_bytes};
use ndarray::ArrayView2;

use super::Arguments;
use crate::audio::spectrogram::{Mark, Picture};
use crate::audio::wav::{self, Clip};
use crate::cli::failure::Said;
use crate::cli::{Failure, Kind, style};
use crate::host::loaded::Loaded;
use crate::host::sound::{Heard, ListenError, Settings, listen};
use crate::host::tensor_file::{self, TensorSpec};
use crate::report::run::sound::{ClipReport, SoundReport};
use crate::report::thousands;

pub fn execute(arguments: &Arguments, name: &str, loaded: &Loaded) -> anyhow::Result<()> {
    let settings = arguments.sound_settings(loaded)?;
    let single = [
        ("--features", &arguments.features),
        ("--scores", &arguments.scores),
        ("--spectrogram", &arguments.spectrogram),
    ];
    for (option, file) in single {
        if file.is_some() && arguments.wav.len() > 1 {
            return Err(Failure::usage(
                format!("{option} takes one WAV file, {} given", arguments.wav.len()),
                "run once for each file",
            )
            .into());
        }
    }
    let mut report = SoundReport::new(name, &loaded.sha256, &settings);
    let mut first_failure = None;
    for path in &arguments.wav {
        match clip(arguments, loaded, &settings, path) {
            Ok(clip) => {
                if !arguments.json {
                    let mut text = String::new();
                    clip.render(&mut text, style::paint)?;
                    style::print(&text)?;
                }
                report.clips.push(clip);
            }
            // The other files are still worth an answer.
            Err(error) => {
                let error = error.downcast::<Failure>()?;
                error.print();
                first_failure.get_or_insert(error.kind);
            }
        }
    }
    if arguments.json {
        style::print(&(serde_json::to_string_pretty(&report)? + "\n"))?;
    } else if !report.clips.is_empty() {
        let mut text = String::new();
        report.render_verdicts(&mut text, style::paint)?;
        style::print(&text)?;
    }
    match first_failure {
        None => Ok(()),
        Some(kind) if arguments.wav.len() == 1 => Err(Said(kind).into()),
        Some(kind) => {
            let left = arguments.wav.len() - report.clips.len();
            Err(Failure::new(kind, format!("{left} of {} files gave no answer", arguments.wav.len()))
                .help("the errors above say why for each")
                .into())
        }
    }
}

/// Reads a recording and says what had to be done to it.
pub(super) fn read(loaded: &Loaded, path: &Path) -> anyhow::Result<Clip> {
    let name = path.display().to_string();
    let options = wav::Options { window_ms: Some(window_ms(loaded)) };
    let clip = wav::read(path, options)
        .map_err(|error| Failure::new(Kind::Unreadable, format!("{name}: {error}")).help(error.help()))?;
    for found in &clip.notes {
        if found.is_warning() {
            style::warning(&format!("{name}: {found}"));
            found.help().into_iter().for_each(style::help);
        } else {
            style::note(&format!("{name}: {found}"));
        }
    }
    Ok(clip)
}

/// The length of the model's window.
fn window_ms(loaded: &Loaded) -> u32 {
    let rows = (row_bytes(&loaded.program()) / CHANNELS) as u32;
    rows.saturating_sub(1).saturating_mul(ROW_MS).saturating_add(WINDOW_MS)
}

/// Listens to one file and writes what was asked for.
fn clip(arguments: &Arguments, loaded: &Loaded, settings: &Settings, path: &Path) -> anyhow::Result<ClipReport> {
    let name = path.display().to_string();
    let clip = read(loaded, path)?;
    let heard = listen(loaded.program(), &clip.samples, settings).map_err(|error| not_heard(&name, &error))?;
    let report = ClipReport::new(&name, &clip, &heard, |label| loaded.label(label));
    if let Some(file) = &arguments.features {
        let features = heard.features();
        if features.is_empty() {
            return Err(nothing_to_write(&name, file, "a feature row", WINDOW_MS));
        }
        write_rows(file, "features", ElementType::Int8, features)?;
    }
    if let Some(file) = &arguments.scores {
        let outputs = heard.outputs();
        if outputs.is_empty() {
            return Err(nothing_to_write(&name, file, "a window of the model", window_ms(loaded)));
        }
        write_rows(file, "scores", loaded.outputs[0].element_type, outputs.view())?;
    }
    if let Some(file) = &arguments.spectrogram {
        if heard.rows.is_empty() {
            return Err(nothing_to_write(&name, file, "a feature row", WINDOW_MS));
        }
        draw(file, &report, &heard)?;
    }
    Ok(report)
}

pub(super) fn not_heard(name: &str, error: &ListenError) -> Failure {
    match error {
        ListenError::Data(_) => {
            Failure::new(Kind::Data, format!("{name}: {error}")).help("try another recording, or check the model")
        }
        ListenError::Pipeline(PipelineError::Detector(_) | PipelineError::Stride) => {
            Failure::usage(error, "see the detector options in tinyml run --help")
        }
        ListenError::Pipeline(_) => Failure::new(Kind::Unsupported, error)
            .help("models for sound take one int8 input of feature rows, 40 features every 20 ms; other models run with --input"),
    }
}

/// A file of nothing helps nobody.
fn nothing_to_write(name: &str, file: &Path, what: &str, needed_ms: u32) -> anyhow::Error {
    let file = file.display();
    Failure::new(Kind::Unreadable, format!("{name}: too short: nothing to write to {file}"))
        .help(format!("{what} takes {} ms; use a longer recording", thousands(needed_ms.into())))
        .into()
}

/// Writes rows as `[rows, columns]`.
fn write_rows<T: NoUninit>(
    path: &Path,
    what: &str,
    element_type: ElementType,
    rows: ArrayView2<'_, T>,
) -> anyhow::Result<()> {
    let columns = rows.ncols() * size_of::<T>() / element_type.size();
    let tensor = TensorSpec { name: what.to_string(), element_type, shape: vec![rows.nrows(), columns] };
    let elements: Vec<T> = rows.iter().copied().collect();
    tensor_file::write(path, &tensor, 1, bytemuck::cast_slice(&elements))
        .map_err(|error| Failure::new(Kind::Other, format!("{}: {error}", path.display())).help(error.help()))?;
    Ok(())
}

fn draw(path: &Path, report: &ClipReport, heard: &Heard) -> anyhow::Result<()> {
    let words = report.detections.iter();
    let marks: Vec<Mark<'_>> = words.map(|word| Mark { time_ms: word.time_ms.into(), label: &word.label }).collect();
    // Of the tail it shows as much as it takes for the last word to be reported.
    let last_ms = report.detections.iter().map(|detection| detection.time_ms).max().unwrap_or(0);
    let until_last = (last_ms.saturating_sub(WINDOW_MS) / ROW_MS) as usize + 1;
    let of_tail = until_last.saturating_sub(heard.rows.len()).min(heard.tail_rows.len());
    let rows = [heard.rows.as_slice(), &heard.tail_rows[..of_tail]].concat();
    let picture = Picture {
        rows: rows.as_flattened(),
        channels: CHANNELS,
        channel_hz: &[],
        stride_ms: ROW_MS,
        window_ms: WINDOW_MS,
        marks: &marks,
        title: &report.file,
    };
    picture
        .write_png_file(path)
        .map_err(|error| Failure::new(Kind::Other, format!("{}: {error}", path.display())).help(error.help()))?;
    Ok(())
}
