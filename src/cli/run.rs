//! `tinyml run`: a model on sound, on tensors, or on a directory of labelled clips.

mod dataset;
mod sound;
mod tensors;
mod truth;

use std::path::{Path, PathBuf};

use clap::Args;
use micro_runtime::detect::{DetectorSettings, background_labels};
use micro_runtime::pipeline::{ROW_MS, label_count};

use super::kernel_set::KernelSetArgument;
use super::{Failure, Kind, style};
use crate::compile::Options;
use crate::host::builtin;
use crate::host::loaded::{Loaded, parse_labels, read_file};
use crate::host::sound::{MAX_LABELS, Settings};
use crate::report::counted;

/// Run a model here, bit for bit as the chip runs it
#[derive(Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    /// The model: a .tflite file, or a Program made by `tinyml compile`; the built-in keyword model when left out
    model: Option<PathBuf>,

    /// Listen to these WAV files
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["input", "dir"], help_heading = "Sound")]
    wav: Vec<PathBuf>,
    /// Score a dataset: a folder for each label with WAV files in it
    #[arg(long, value_name = "DIR", conflicts_with_all = ["input", "wav"], help_heading = "Sound")]
    dir: Option<PathBuf>,
    /// Write the feature rows of the clip, int8 [frames, 40], as .npy or .bin
    #[arg(long, value_name = "FILE", requires = "wav", help_heading = "Sound")]
    features: Option<PathBuf>,
    /// Write the model's raw outputs for each full window of the clip, [windows, labels], as .npy or .bin
    #[arg(long, value_name = "FILE", requires = "wav", help_heading = "Sound")]
    scores: Option<PathBuf>,
    /// Draw the feature rows with the detections
    #[arg(long, value_name = "PNG", requires = "wav", help_heading = "Sound")]
    spectrogram: Option<PathBuf>,
    /// Count hits, misses and false alarms by these truth files, one for each --wav in the same order
    #[arg(long, value_name = "JSON", num_args = 1.., requires = "wav", conflicts_with_all = ["features", "scores", "spectrogram"], help_heading = "Truth")]
    truth: Vec<PathBuf>,
    /// Try many detector settings and name the best; --average-ms keeps to one average
    #[arg(long, requires = "truth", help_heading = "Truth")]
    sweep: bool,
    /// The most false alarms an hour that the best setting may have
    #[arg(long, value_name = "RATE", default_value_t = 2.0, requires = "sweep", help_heading = "Truth")]
    most_false_alarms: f64,
    /// Draw misses against false alarms an hour
    #[arg(long, value_name = "PNG", requires = "sweep", help_heading = "Truth")]
    plot: Option<PathBuf>,
    /// Milliseconds between invocations, a multiple of 20; what a Program says, else 20
    #[arg(long, value_name = "MS", help_heading = "Sound")]
    stride_ms: Option<u32>,
    /// Milliseconds of silence fed after each clip
    #[arg(long, value_name = "MS", default_value_t = 1000, help_heading = "Sound")]
    tail_ms: u32,
    /// Labels of the output: a file with one a line, or a list with commas
    #[arg(long, value_name = "LABELS", help_heading = "Sound")]
    labels: Option<String>,

    /// Milliseconds over which scores are averaged; 400 for the built-in model, else what the model suggests, or 1000
    #[arg(long, value_name = "MS", help_heading = "Detector")]
    average_ms: Option<u32>,
    /// The averaged score, 0 to 255, must be above this; 210 for the built-in model, else what the model suggests, or 200
    #[arg(long, value_name = "SCORE", help_heading = "Detector")]
    threshold: Option<u8>,
    /// The fewest results to average over; what a Program says, else 3
    #[arg(long, value_name = "COUNT", help_heading = "Detector")]
    minimum_count: Option<u32>,
    /// Milliseconds in which the same word is not reported again; 900 for the built-in model, else what the model suggests, or 1500
    #[arg(long, value_name = "MS", help_heading = "Detector")]
    suppression_ms: Option<u32>,
    /// Labels that are never reported, with commas between; silence and unknown when left out
    #[arg(long, value_name = "LABELS", help_heading = "Detector")]
    ignore_labels: Option<String>,

    /// The model's inputs in order: .bin (raw, little-endian), .npy or .json
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Tensors")]
    input: Vec<PathBuf>,
    /// Write the model's outputs in order: .bin or .npy
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["wav", "dir"], help_heading = "Tensors")]
    output: Vec<PathBuf>,
    /// Write all outputs here, as .npy
    #[arg(long, value_name = "DIR", conflicts_with_all = ["wav", "dir", "output"], help_heading = "Tensors")]
    output_dir: Option<PathBuf>,
    /// Write every tensor that an op writes here, as .npy, with their CRC-32 in tensors.json
    #[arg(long, value_name = "DIR", conflicts_with_all = ["wav", "dir"], help_heading = "Tensors")]
    dump_tensors: Option<PathBuf>,
    /// Start state anew before each invocation
    #[arg(long, conflicts_with_all = ["wav", "dir"], help_heading = "Tensors")]
    reset_between: bool,
    /// How many invocations, where the inputs do not tell
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with_all = ["wav", "dir"], help_heading = "Tensors")]
    steps: Option<u32>,
    /// The kernels that run it, generic or armv7em; a Program names its own
    #[arg(long, value_name = "SET", value_enum, default_value_t, hide_possible_values = true)]
    kernel_set: KernelSetArgument,
    /// Give every tensor bytes of its own; the outputs stay the same
    #[arg(long)]
    keep_all_tensors: bool,

    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

pub fn execute(arguments: Arguments) -> anyhow::Result<()> {
    if arguments.model.is_none() && arguments.wav.is_empty() && arguments.dir.is_none() && arguments.input.is_empty() {
        return Err(Failure::usage(
            "there is nothing to run on",
            "name a recording: tinyml run --wav FILE; tinyml run --help shows the other ways",
        )
        .into());
    }
    let options = Options {
        kernel_set: arguments.kernel_set.into(),
        keep_all_tensors: arguments.keep_all_tensors,
        labels: arguments.labels.as_deref().map(labels_argument).transpose()?.unwrap_or_default(),
        ..Options::default()
    };
    let (name, loaded) = load(arguments.model.as_deref(), &options)?;
    if let Some(directory) = &arguments.dir {
        dataset::execute(&arguments, &name, &loaded, directory)
    } else if !arguments.truth.is_empty() {
        truth::execute(&arguments, &name, &loaded)
    } else if !arguments.wav.is_empty() {
        sound::execute(&arguments, &name, &loaded)
    } else {
        tensors::execute(&arguments, &name, &loaded)
    }
}

/// The model at `path`, or the built-in one, with the name that reports give it.
fn load(path: Option<&Path>, options: &Options) -> anyhow::Result<(String, Loaded)> {
    let Some(path) = path else {
        let name = "built-in keyword model";
        let loaded = Loaded::load(builtin::KEYWORD_MODEL, options).map_err(|error| Failure::load(name, &error))?;
        return Ok((name.to_string(), loaded));
    };
    let name = path.display().to_string();
    let bytes = read_file(path).map_err(|error| Failure::load(&name, &error))?;
    let mut loaded = Loaded::load(&bytes, options).map_err(|error| Failure::load(&name, &error))?;
    if loaded.labels.is_empty() {
        loaded.labels = labels_beside(path);
    }
    Ok((name, loaded))
}

/// The labels in `MODEL.labels.txt` beside `MODEL.tflite`; none when there is no such file.
pub fn labels_beside(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path.with_extension("labels.txt")).map_or(Vec::new(), |text| parse_labels(&text))
}

/// Labels from an argument: the lines of a file of that name, else a list with commas.
pub fn labels_argument(argument: &str) -> anyhow::Result<Vec<String>> {
    let labels = match std::fs::read_to_string(argument) {
        Ok(text) => parse_labels(&text),
        Err(error) if Path::new(argument).exists() => {
            return Err(Failure::new(Kind::Unreadable, format!("--labels {argument}: cannot be read: {error}"))
                .help("give a text file with one label a line")
                .into());
        }
        Err(_) => parse_labels(argument),
    };
    if labels.is_empty() {
        return Err(Failure::usage(
            format!("--labels {argument}: no labels there"),
            "give a file with one label a line, or a list: --labels silence,unknown,yes,no",
        )
        .into());
    }
    Ok(labels)
}

impl Arguments {
    /// That there is a label for each score, or none at all.
    fn check_labels(&self, loaded: &Loaded) -> anyhow::Result<()> {
        let (found, needed) = (loaded.labels.len(), label_count(&loaded.program()));
        if found == 0 || found == needed {
            return Ok(());
        }
        let from = match &self.labels {
            Some(labels) => format!("--labels {labels}"),
            None => "the labels that come with the model".to_string(),
        };
        let counts = format!("{}, the model has {}", counted(found as u64, "label"), counted(needed as u64, "score"));
        let help = "name the labels in the order of the model's output, in a file with one a line or as a list: \
                    --labels silence,unknown,yes,no";
        Err(Failure::usage(format!("{from}: {counts}"), help).into())
    }

    /// How clips are to be listened to.
    fn sound_settings(&self, loaded: &Loaded) -> anyhow::Result<Settings> {
        let said = loaded.listening.map(|listening| listening.stride_rows.saturating_mul(ROW_MS));
        let stride_ms = self.stride_ms.or(said).unwrap_or(ROW_MS);
        if stride_ms == 0 || !stride_ms.is_multiple_of(ROW_MS) {
            return Err(Failure::usage(
                format!("--stride-ms {stride_ms}: not a multiple of {ROW_MS} ms above 0"),
                format!(
                    "a feature row comes every {ROW_MS} ms; try --stride-ms {}",
                    stride_ms.max(1).next_multiple_of(ROW_MS)
                ),
            )
            .into());
        }
        if self.tail_ms > 60_000 {
            return Err(
                Failure::usage(format!("--tail-ms {}: more than a minute", self.tail_ms), "use 60000 at most").into()
            );
        }
        let labels = label_count(&loaded.program());
        if labels == 0 || labels > MAX_LABELS {
            return Err(Failure::new(
                Kind::Unsupported,
                format!("the model gives {}, 1 to {MAX_LABELS} supported", counted(labels as u64, "score")),
            )
            .help("a keyword model has one output with a score for each label")
            .into());
        }
        self.check_labels(loaded)?;
        let ignored_labels = match (&self.ignore_labels, loaded.listening) {
            (Some(names), _) => self.ignored(loaded, labels, names)?,
            (None, Some(listening)) if self.labels.is_none() => listening.detector.ignored_labels,
            _ => background_labels(loaded.labels.iter().map(String::as_str)),
        };
        let defaults = loaded.detector().unwrap_or_default();
        let detector = DetectorSettings {
            average_window_ms: self.average_ms.unwrap_or(defaults.average_window_ms),
            threshold: self.threshold.unwrap_or(defaults.threshold),
            minimum_count: self.minimum_count.unwrap_or(defaults.minimum_count),
            suppression_ms: self.suppression_ms.unwrap_or(defaults.suppression_ms),
            ignored_labels,
        };
        // The oldest result that counts is as old as the average is long.
        let most = detector.average_window_ms / stride_ms + 1;
        if most < detector.minimum_count {
            style::warning(&format!(
                "no word can be reported: --average-ms {} with --stride-ms {stride_ms} averages {} at most, --minimum-count is {}",
                detector.average_window_ms,
                counted(most.into(), "result"),
                detector.minimum_count
            ));
            style::help("raise --average-ms, or lower --minimum-count or --stride-ms");
        }
        Ok(Settings { detector, stride_ms, tail_ms: self.tail_ms })
    }

    fn ignored(&self, loaded: &Loaded, labels: usize, names: &str) -> anyhow::Result<u32> {
        let mut mask = 0;
        for name in parse_labels(names) {
            let Some(index) = (0..labels).find(|&index| loaded.label(index) == name) else {
                let known: Vec<String> = (0..labels).map(|index| loaded.label(index)).collect();
                return Err(Failure::usage(
                    format!("--ignore-labels: the model has no label \"{name}\""),
                    format!("its labels are {}", known.join(", ")),
                )
                .into());
            };
            mask |= 1 << index;
        }
        Ok(mask)
    }
}
