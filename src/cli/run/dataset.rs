//! `tinyml run --dir`: accuracy over a dataset, on all cores.

use std::io::IsTerminal;
use std::path::Path;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use micro_runtime::frontend::{CHANNELS, SAMPLE_RATE, STRIDE_SAMPLES, WINDOW_SAMPLES};
use micro_runtime::pipeline::{label_count, row_bytes};
use rayon::prelude::*;

use super::Arguments;
use crate::audio::wav;
use crate::cli::{Failure, Kind, style};
use crate::host::dataset::{Entry, entries, label_of};
use crate::host::loaded::Loaded;
use crate::host::sound::{Settings, listen};
use crate::report::run::dataset::DatasetReport;

/// How one file went: what it should be and what the model says, or why it gave no answer.
type Answer = Result<(usize, usize), String>;

const LAYOUT: &str = "a dataset has a folder for each label with .wav files in it: yes/0001.wav, no/0001.wav, ...";

pub fn execute(arguments: &Arguments, name: &str, loaded: &Loaded, directory: &Path) -> anyhow::Result<()> {
    let settings = arguments.sound_settings(loaded)?;
    let place = directory.display();
    let files = entries(directory)
        .map_err(|error| Failure::new(Kind::Unreadable, format!("{place}: cannot be read: {error}")).help(LAYOUT))?;
    if files.is_empty() {
        return Err(Failure::new(Kind::Unreadable, format!("{place}: no WAV files one folder down"))
            .help(LAYOUT)
            .into());
    }
    let labels: Vec<String> = (0..label_count(&loaded.program())).map(|index| loaded.label(index)).collect();
    let bar = progress_bar(files.len() as u64);
    let started = Instant::now();
    let answers: Vec<Answer> = files
        .par_iter()
        .map(|entry| {
            let answer = answer(loaded, &settings, &labels, entry);
            bar.inc(1);
            answer
        })
        .collect();
    let seconds = started.elapsed().as_secs_f64();
    bar.finish_and_clear();
    let mut report = DatasetReport::new(name, &loaded.sha256, &labels);
    for (entry, answer) in files.iter().zip(answers) {
        match answer {
            Ok((expected, predicted)) => report.add(expected, predicted),
            Err(problem) => {
                style::warning(&format!("{}: left out: {problem}", entry.path.display()));
                report.left_out += 1;
            }
        }
    }
    report.clips_per_second = files.len() as f64 / seconds.max(1e-9);
    if report.confusion.total() == 0 {
        return Err(Failure::new(Kind::Unreadable, format!("{place}: no file could be scored"))
            .help("the warnings above say why for each file")
            .into());
    }
    if arguments.json {
        return style::print(&(serde_json::to_string_pretty(&report)? + "\n"));
    }
    let mut text = String::new();
    report.render(&mut text, style::paint)?;
    style::print(&text)
}

fn answer(loaded: &Loaded, settings: &Settings, labels: &[String], entry: &Entry) -> Answer {
    let expected = label_of(&entry.folder, labels)
        .ok_or_else(|| format!("the model has neither the label \"{}\" nor \"unknown\"", entry.folder))?;
    let clip = wav::read(&entry.path, wav::Options::default()).map_err(|error| error.to_string())?;
    let program = loaded.program();
    // A clip shorter than the window is heard with silence behind it, as the Speech Commands task pads it.
    let rows = row_bytes(&program) / CHANNELS;
    let window_samples = rows.saturating_sub(1) * STRIDE_SAMPLES + WINDOW_SAMPLES;
    let mut samples = clip.samples;
    samples.resize(samples.len().max(window_samples), 0);
    let is_one_window = samples.len() < window_samples + STRIDE_SAMPLES;
    let tail_ms = if is_one_window { 0 } else { settings.tail_ms };
    debug_assert!(samples.len() >= SAMPLE_RATE / 1000);
    let heard = listen(program, &samples, &Settings { tail_ms, ..*settings }).map_err(|error| error.to_string())?;
    let (predicted, _) = heard.top().ok_or("too short for a single window")?;
    Ok((expected, predicted))
}

fn progress_bar(length: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} clips, {per_sec}, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr()).with_style(style)
}
