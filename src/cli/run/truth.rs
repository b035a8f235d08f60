//! `tinyml run --wav --truth`: what was heard against what was said; with `--sweep` at many detector settings.

use std::io::IsTerminal;
use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use micro_runtime::detect::DetectorSettings;
use micro_runtime::pipeline::label_count;
use rayon::prelude::*;

use super::{Arguments, sound};
use crate::audio::tradeoff::{Curve, Picture, Place};
use crate::cli::{Failure, Kind, style};
use crate::host::loaded::Loaded;
use crate::host::scoring;
use crate::host::sound::{Settings, listen};
use crate::host::sweep::{AVERAGES_MS, Point, Recording, best, thresholds};
use crate::host::truth::Truth;
use crate::report::run::ModelName;
use crate::report::run::sweep::{PointReport, SweepReport};
use crate::report::run::truth::{DetectorReport, RuleReport, TruthReport};
use crate::report::{counted, thousands};

pub fn execute(arguments: &Arguments, name: &str, loaded: &Loaded) -> anyhow::Result<()> {
    let settings = arguments.sound_settings(loaded)?;
    let (wavs, truths) = (arguments.wav.len(), arguments.truth.len());
    if wavs != truths {
        let counts = format!("{} for {}", counted(truths as u64, "truth file"), counted(wavs as u64, "WAV file"));
        return Err(Failure::usage(counts, "give one --truth for each --wav, in the same order").into());
    }
    let most = arguments.most_false_alarms;
    if !(most >= 0.0 && most.is_finite()) {
        return Err(Failure::usage(
            format!("--most-false-alarms {most}: 0 or more needed"),
            "it is a number an hour; 2 is usual",
        )
        .into());
    }
    let truths = arguments.truth.iter().map(|path| read_truth(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let words = Words::new(loaded, &settings);
    let known =
        truths.iter().flat_map(|truth| &truth.words).filter(|word| words.label_of(&word.label).is_some()).count();
    if known == 0 {
        no_word(arguments.sweep, &words)?;
    }
    let recordings = hear(arguments, loaded, &settings, truths)?;
    if arguments.sweep {
        return sweep(arguments, (name, loaded), &settings, &words, &recordings);
    }
    let names = words.0.iter().map(|(_, label)| label.clone()).collect();
    let mut report = TruthReport::new(name, &loaded.sha256, DetectorReport::new(&settings), names);
    for (index, recording) in recordings.iter().enumerate() {
        let scored = scoring::score(&recording.heard.detections, &recording.truth, |label| words.label_of(label));
        let file = arguments.wav[index].display().to_string();
        let truth = arguments.truth[index].display().to_string();
        report.add(&file, (&truth, &recording.truth), recording.duration_ms, &scored, |label| loaded.label(label));
    }
    if arguments.json {
        return style::print(&(serde_json::to_string_pretty(&report)? + "\n"));
    }
    let mut text = String::new();
    report.render(&mut text, style::paint)?;
    style::print(&text)
}

fn read_truth(path: &Path) -> anyhow::Result<Truth> {
    Truth::read(path).map_err(|error| {
        Failure::new(Kind::Unreadable, format!("{}: {error}", path.display())).help(error.help()).into()
    })
}

/// The labels that can be reported, with their numbers.
struct Words(Vec<(usize, String)>);

impl Words {
    fn new(loaded: &Loaded, settings: &Settings) -> Words {
        let labels = (0..label_count(&loaded.program())).map(|index| (index, loaded.label(index)));
        Words(labels.filter(|(index, _)| settings.detector.ignored_labels >> index & 1 == 0).collect())
    }

    fn label_of(&self, name: &str) -> Option<usize> {
        self.0.iter().find(|(_, label)| label == name).map(|&(index, _)| index)
    }
}

/// Without words there are no misses: a warning, and no reason to sweep.
fn no_word(is_sweep: bool, words: &Words) -> anyhow::Result<()> {
    let labels: Vec<&str> = words.0.iter().map(|(_, label)| label.as_str()).collect();
    let found = format!("no word in the truth is one that the model reports ({})", labels.join(", "));
    let help = "words count when they are spelled as the model's labels; --labels names those";
    if is_sweep {
        return Err(Failure::new(Kind::Unreadable, format!("{found}: there is nothing to sweep for"))
            .help(help)
            .into());
    }
    style::warning(&format!("{found}: only false alarms are counted"));
    style::help(help);
    Ok(())
}

/// Listens to all recordings, on all cores.
fn hear(
    arguments: &Arguments,
    loaded: &Loaded,
    settings: &Settings,
    truths: Vec<Truth>,
) -> anyhow::Result<Vec<Recording>> {
    let mut clips = Vec::new();
    for (path, truth) in arguments.wav.iter().zip(truths) {
        let clip = sound::read(loaded, path)?;
        if u64::from(truth.end_ms()) > clip.duration_ms() {
            style::warning(&format!(
                "{}: the last word ends at {} ms, the recording at {} ms",
                path.display(),
                thousands(truth.end_ms().into()),
                thousands(clip.duration_ms())
            ));
            style::help("check that the truth files are in the order of the WAV files");
        }
        clips.push((path, clip, truth));
    }
    let bar = progress_bar(clips.len() as u64, "recordings");
    let heard: Vec<anyhow::Result<Recording>> = clips
        .into_par_iter()
        .map(|(path, clip, truth)| {
            let heard = listen(loaded.program(), &clip.samples, settings)
                .map_err(|error| sound::not_heard(&path.display().to_string(), &error))?;
            bar.inc(1);
            Ok(Recording { heard, truth, duration_ms: clip.duration_ms() })
        })
        .collect();
    bar.finish_and_clear();
    heard.into_iter().collect()
}

fn sweep(
    arguments: &Arguments,
    (name, loaded): (&str, &Loaded),
    settings: &Settings,
    words: &Words,
    recordings: &[Recording],
) -> anyhow::Result<()> {
    let averages = match arguments.average_ms {
        Some(average_ms) => vec![average_ms],
        None => AVERAGES_MS.to_vec(),
    };
    let tried: Vec<DetectorSettings> = averages
        .iter()
        .flat_map(|&average_window_ms| {
            thresholds().map(move |threshold| DetectorSettings { average_window_ms, threshold, ..settings.detector })
        })
        .collect();
    let measure = |settings: DetectorSettings| {
        Point::measure(recordings, settings, |label| words.label_of(label))
            .map_err(|error| Failure::usage(error, "see the detector options in tinyml run --help"))
    };
    let bar = progress_bar(tried.len() as u64, "settings");
    let points: Vec<Point> = tried
        .par_iter()
        .map(|&settings| {
            let point = measure(settings);
            bar.inc(1);
            point
        })
        .collect::<Result<_, _>>()?;
    bar.finish_and_clear();
    let as_set = measure(settings.detector)?;
    let duration_ms = recordings.iter().map(|recording| recording.duration_ms).sum::<u64>();
    let most = arguments.most_false_alarms;
    let allowed = (most * duration_ms as f64 / 3_600_000.0).floor() as u64;
    let report_on = |point: &Point| PointReport::new(point, duration_ms);
    let mut report = SweepReport {
        schema_version: 1,
        model: ModelName { name: name.to_string(), sha256: loaded.sha256.clone() },
        detector: DetectorReport::new(settings),
        rule: RuleReport::RULE,
        duration_ms,
        words: as_set.hits + as_set.misses,
        most_false_alarms_per_hour: most,
        as_set: report_on(&as_set),
        best: best(&points, allowed).map(|index| report_on(&points[index])),
        points: points.iter().map(report_on).collect(),
        plot: None,
    };
    if let Some(path) = &arguments.plot {
        draw(path, &report)?;
        report.plot = Some(path.display().to_string());
    }
    if arguments.json {
        return style::print(&(serde_json::to_string_pretty(&report)? + "\n"));
    }
    let mut text = String::new();
    report.render(&mut text, style::paint)?;
    style::print(&text)
}

fn draw(path: &Path, report: &SweepReport) -> anyhow::Result<()> {
    let place =
        |point: &PointReport| Place { false_alarms_per_hour: point.false_alarms_per_hour, miss_rate: point.miss_rate };
    let curves: Vec<Curve> = report
        .points
        .chunk_by(|one, other| one.average_ms == other.average_ms)
        .map(|points| Curve {
            name: format!("{} ms", points[0].average_ms),
            places: points.iter().map(place).collect(),
        })
        .collect();
    let named = |what: &str, point: &PointReport| {
        (place(point), format!("{what}: {} ms, {}", point.average_ms, point.threshold))
    };
    let mut marks: Vec<_> = report.best.iter().map(|point| named("best", point)).collect();
    if report.best.is_none_or(|best| best != report.as_set) {
        marks.push(named("as set", &report.as_set));
    }
    let title = format!("{}, {}", report.model.name, counted(report.words, "word"));
    let picture = Picture {
        title: &title,
        curves: &curves,
        most_false_alarms_per_hour: report.most_false_alarms_per_hour,
        marks: &marks,
    };
    picture.write_png_file(path).map_err(|error| Failure::not_written(path, error).into())
}

fn progress_bar(length: u64, what: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template = format!("{{wide_bar}} {{pos}}/{{len}} {what}, {{eta}} left");
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr()).with_style(style)
}
