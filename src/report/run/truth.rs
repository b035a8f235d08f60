//! What `tinyml run --wav --truth` says: hits, misses, false alarms.

use std::fmt;

use serde::Serialize;

use super::ModelName;
use crate::host::scoring::{DEBOUNCE_MS, HIT_WINDOW_MS, MASK_MS, Scored};
use crate::host::sound::Settings;
use crate::host::truth::Truth;
use crate::report::table::{Cell, Style, Table, printable};
use crate::report::{counted, percent, thousands};

/// Lines of missed words, and of false alarms, that people get to see; `--json` has all.
const MOST_LINES: usize = 20;

/// How detections are made.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct DetectorReport {
    /// Milliseconds between invocations.
    pub stride_ms: u32,
    /// Milliseconds over which scores are averaged.
    pub average_ms: u32,
    /// The averaged score, 0 to 255, is above this.
    pub threshold: u8,
    /// The fewest results in an average.
    pub minimum_count: u32,
    /// Milliseconds in which the same word is not reported again.
    pub suppression_ms: u32,
}

impl DetectorReport {
    /// The report on these settings.
    pub fn new(settings: &Settings) -> DetectorReport {
        let detector = &settings.detector;
        DetectorReport {
            stride_ms: settings.stride_ms,
            average_ms: detector.average_window_ms,
            threshold: detector.threshold,
            minimum_count: detector.minimum_count,
            suppression_ms: detector.suppression_ms,
        }
    }
}

/// The rule that detections are held against the truth by.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RuleReport {
    /// How long after its end a word can still be hit.
    pub hit_window_ms: u32,
    /// How long after its end a word excuses late detections.
    pub mask_ms: u32,
    /// How long a false alarm covers those that follow.
    pub debounce_ms: u32,
}

impl RuleReport {
    /// The rule there is.
    pub const RULE: RuleReport =
        RuleReport { hit_window_ms: HIT_WINDOW_MS, mask_ms: MASK_MS, debounce_ms: DEBOUNCE_MS };
}

/// Recordings held against their truth.
#[derive(Clone, Debug, Serialize)]
pub struct TruthReport {
    /// Version of this structure.
    pub schema_version: u32,
    /// The model.
    pub model: ModelName,
    /// How detections were made.
    pub detector: DetectorReport,
    /// How they were judged.
    pub rule: RuleReport,
    /// The recordings, in the order asked for.
    pub files: Vec<FileReport>,
    /// The labels that can be reported.
    pub labels: Vec<LabelReport>,
    /// All recordings together.
    pub total: Total,
}

/// One recording.
#[derive(Clone, Debug, Serialize)]
pub struct FileReport {
    /// The recording.
    pub file: String,
    /// Its truth.
    pub truth: String,
    /// Its length.
    pub duration_ms: u64,
    /// Words that could be reported.
    pub words: u64,
    /// Those that were.
    pub hits: u64,
    /// The words that were missed.
    pub missed: Vec<MissReport>,
    /// The false alarms.
    pub false_alarms: Vec<AlarmReport>,
}

/// A word that was missed.
#[derive(Clone, Debug, Serialize)]
pub struct MissReport {
    /// The word.
    pub label: String,
    /// Its start.
    pub start_ms: u32,
    /// Its end.
    pub end_ms: u32,
}

/// A word that was reported but not said.
#[derive(Clone, Debug, Serialize)]
pub struct AlarmReport {
    /// What was reported.
    pub label: String,
    /// When.
    pub time_ms: u32,
    /// The averaged score, 0 to 255.
    pub score: u8,
    /// What was said within the second before, if anything.
    pub said: Option<String>,
}

/// One label over all recordings.
#[derive(Clone, Debug, Serialize)]
pub struct LabelReport {
    /// The label.
    pub label: String,
    /// How often it was said.
    pub words: u64,
    /// How often that was heard.
    pub hits: u64,
    /// False alarms with it.
    pub false_alarms: u64,
    /// The median of the time from a word's end to its detection; negative when it came before the end, `null`
    /// without a hit.
    pub median_delay_ms: Option<i64>,
    #[serde(skip)]
    delays_ms: Vec<i64>,
}

/// All recordings together.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Total {
    /// Length of all recordings.
    pub duration_ms: u64,
    /// Words that could be reported.
    pub words: u64,
    /// Those that were.
    pub hits: u64,
    /// Those that were not.
    pub misses: u64,
    /// The share of words missed, 0 to 1; `null` without words.
    pub miss_rate: Option<f64>,
    /// Words that were reported but not said.
    pub false_alarms: u64,
    /// The same an hour; `null` when nothing was heard.
    pub false_alarms_per_hour: Option<f64>,
}

/// `count` in `duration_ms` as so many an hour.
pub fn per_hour(count: u64, duration_ms: u64) -> Option<f64> {
    (duration_ms > 0).then(|| count as f64 * 3_600_000.0 / duration_ms as f64)
}

impl TruthReport {
    /// A report without recordings; `labels` are those that can be reported.
    pub fn new(name: &str, sha256: &str, detector: DetectorReport, labels: Vec<String>) -> TruthReport {
        let label = |label| LabelReport {
            label,
            words: 0,
            hits: 0,
            false_alarms: 0,
            median_delay_ms: None,
            delays_ms: Vec::new(),
        };
        TruthReport {
            schema_version: 1,
            model: ModelName { name: name.to_string(), sha256: sha256.to_string() },
            detector,
            rule: RuleReport::RULE,
            files: Vec::new(),
            labels: labels.into_iter().map(label).collect(),
            total: Total::default(),
        }
    }

    /// Adds a recording; `label` names labels.
    pub fn add(
        &mut self,
        file: &str,
        (truth_file, truth): (&str, &Truth),
        duration_ms: u64,
        scored: &Scored,
        label: impl Fn(usize) -> String,
    ) {
        for word in &scored.words {
            let name = label(word.label);
            let Some(entry) = self.labels.iter_mut().find(|entry| entry.label == name) else { continue };
            entry.words += 1;
            if let Some(hit_ms) = word.hit_ms {
                entry.hits += 1;
                entry.delays_ms.push(i64::from(hit_ms) - i64::from(word.end_ms));
                entry.median_delay_ms = median(&mut entry.delays_ms);
            }
        }
        for alarm in &scored.false_alarms {
            let name = label(usize::from(alarm.label));
            self.labels.iter_mut().filter(|entry| entry.label == name).for_each(|entry| entry.false_alarms += 1);
        }
        let missed = scored.words.iter().filter(|word| !word.is_hit());
        let missed =
            missed.map(|word| MissReport { label: label(word.label), start_ms: word.start_ms, end_ms: word.end_ms });
        let alarms = scored.false_alarms.iter().map(|alarm| AlarmReport {
            label: label(usize::from(alarm.label)),
            time_ms: alarm.time_ms,
            score: alarm.score,
            said: said_before(truth, alarm.time_ms),
        });
        self.files.push(FileReport {
            file: file.to_string(),
            truth: truth_file.to_string(),
            duration_ms,
            words: scored.words.len() as u64,
            hits: scored.hits() as u64,
            missed: missed.collect(),
            false_alarms: alarms.collect(),
        });
        let total = &mut self.total;
        total.duration_ms += duration_ms;
        total.words += scored.words.len() as u64;
        total.hits += scored.hits() as u64;
        total.misses += scored.misses() as u64;
        total.false_alarms += scored.false_alarms.len() as u64;
        total.miss_rate = (total.words > 0).then(|| total.misses as f64 / total.words as f64);
        total.false_alarms_per_hour = per_hour(total.false_alarms, total.duration_ms);
    }

    /// The same for people.
    pub fn render(&self, out: &mut impl fmt::Write, paint: impl Fn(Style, &str) -> String) -> fmt::Result {
        self.render_files(out, &paint)?;
        writeln!(out)?;
        self.render_labels(out, &paint)?;
        writeln!(out)?;
        self.render_lists(out)?;
        let Total { words, hits, false_alarms, duration_ms, .. } = self.total;
        let share = if words == 0 { String::new() } else { format!(" ({})", percent(hits, words)) };
        let rate = per_hour(false_alarms, duration_ms).map_or(String::new(), |rate| format!(", {rate:.1} an hour"));
        let style = if hits == words && false_alarms == 0 { Style::Good } else { Style::Strong };
        let verdict = format!(
            "{} of {} heard{share}, {} in {}{rate}",
            thousands(hits),
            counted(words, "word"),
            counted(false_alarms, "false alarm"),
            length(duration_ms)
        );
        writeln!(out, "{}", paint(style, &verdict))
    }

    fn render_files(&self, out: &mut impl fmt::Write, paint: impl Fn(Style, &str) -> String) -> fmt::Result {
        let mut table = Table::new(["recording", "length s", "words", "hits", "misses", "false alarms"]);
        let row = |name: &str, duration_ms: u64, counts: [u64; 4]| {
            let mut cells = vec![Cell::text(name), Cell::right(format!("{:.1}", duration_ms as f64 / 1000.0))];
            cells.extend(counts.map(Cell::number));
            cells
        };
        for file in &self.files {
            let (misses, alarms) = (file.missed.len() as u64, file.false_alarms.len() as u64);
            table.row(row(&file.file, file.duration_ms, [file.words, file.hits, misses, alarms]));
        }
        let Total { duration_ms, words, hits, misses, false_alarms, .. } = self.total;
        if self.files.len() > 1 {
            table.total(row("total", duration_ms, [words, hits, misses, false_alarms]));
        }
        table.render(out, paint)
    }

    fn render_labels(&self, out: &mut impl fmt::Write, paint: impl Fn(Style, &str) -> String) -> fmt::Result {
        let mut table = Table::new(["word", "said", "hits", "misses", "false alarms", "median delay ms"]);
        for label in &self.labels {
            let mut cells = vec![Cell::text(&label.label)];
            let counts = [label.words, label.hits, label.words - label.hits, label.false_alarms];
            cells.extend(counts.map(Cell::number));
            cells.push(Cell::right(label.median_delay_ms.map_or("-".to_string(), |delay| delay.to_string())));
            table.row(cells);
        }
        table.render(out, paint)
    }

    /// Where to listen again.
    fn render_lists(&self, out: &mut impl fmt::Write) -> fmt::Result {
        let missed: Vec<String> = self
            .files
            .iter()
            .flat_map(|file| file.missed.iter().map(move |word| (&file.file, word)))
            .map(|(file, word)| {
                format!(
                    "missed \"{}\" at {} ms in {}",
                    printable(&word.label),
                    thousands(word.start_ms.into()),
                    printable(file)
                )
            })
            .collect();
        let alarms: Vec<String> = self
            .files
            .iter()
            .flat_map(|file| file.false_alarms.iter().map(move |alarm| (&file.file, alarm)))
            .map(|(file, alarm)| {
                let said = match &alarm.said {
                    Some(word) => format!("\"{}\" was said", printable(word)),
                    None => "nothing was said".to_string(),
                };
                format!(
                    "false \"{}\" at {} ms in {} (score {}): {said}",
                    printable(&alarm.label),
                    thousands(alarm.time_ms.into()),
                    printable(file),
                    alarm.score
                )
            })
            .collect();
        for lines in [&missed, &alarms] {
            for line in lines.iter().take(MOST_LINES) {
                writeln!(out, "{line}")?;
            }
            if lines.len() > MOST_LINES {
                writeln!(out, "... and {} more; --json has them all", thousands((lines.len() - MOST_LINES) as u64))?;
            }
        }
        if missed.is_empty() && alarms.is_empty() { Ok(()) } else { writeln!(out) }
    }
}

/// A length as people say it.
pub(super) fn length(duration_ms: u64) -> String {
    match duration_ms {
        0..60_000 => format!("{:.1} s", duration_ms as f64 / 1000.0),
        60_000..7_200_000 => format!("{:.1} min", duration_ms as f64 / 60_000.0),
        _ => format!("{:.1} h", duration_ms as f64 / 3_600_000.0),
    }
}

/// The last word that started before `time_ms` and ended at most a second before it.
fn said_before(truth: &Truth, time_ms: u32) -> Option<String> {
    let started = truth.words.partition_point(|word| word.start_ms <= time_ms);
    let last = truth.words[..started].last()?;
    (last.end_ms.saturating_add(MASK_MS) >= time_ms).then(|| last.label.clone())
}

/// The middle value, the lower one of two.
fn median(values: &mut [i64]) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_two_is_the_lower() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [3]), Some(3));
        assert_eq!(median(&mut [5, -3]), Some(-3));
        assert_eq!(median(&mut [9, 1, 5]), Some(5));
    }

    #[test]
    fn rates_are_for_an_hour() {
        assert_eq!(per_hour(3, 1_800_000), Some(6.0));
        assert_eq!(per_hour(0, 0), None);
    }

    #[test]
    fn lengths_have_a_fitting_unit() {
        assert_eq!([length(1_500), length(90_000), length(9_000_000)], ["1.5 s", "1.5 min", "2.5 h"]);
    }
}
