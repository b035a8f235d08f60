//! What `tinyml run --wav` says: for each clip a strip of scores over time, the detections, the verdict.

use std::fmt;

use serde::Serialize;

use super::ModelName;
use crate::audio::wav::Clip;
use crate::host::sound::{Heard, Settings};
use crate::report::table::{Style, printable};
use crate::report::thousands;

/// The answer for all clips.
#[derive(Clone, Debug, Serialize)]
pub struct SoundReport {
    /// Version of this structure.
    pub schema_version: u32,
    /// The model.
    pub model: ModelName,
    /// Milliseconds between invocations.
    pub stride_ms: u32,
    /// Milliseconds of silence fed after each clip.
    pub tail_ms: u32,
    /// The clips, in the order asked for.
    pub clips: Vec<ClipReport>,
}

/// The answer for one clip.
#[derive(Clone, Debug, Serialize)]
pub struct ClipReport {
    /// Name of the file.
    pub file: String,
    /// Length of the clip.
    pub duration_ms: u64,
    /// Samples a second in the file.
    pub sample_rate: u32,
    /// What was converted, and what looks wrong with the recording.
    pub notes: Vec<String>,
    /// The labels, in the order of the scores.
    pub labels: Vec<String>,
    /// The model's scores, -128 to 127, for the window that covers exactly the clip; `null` when no window does.
    pub window_scores: Option<Vec<i8>>,
    /// What the clip is; `null` when it is too short for any window.
    pub top: Option<Top>,
    /// The words heard.
    pub detections: Vec<DetectionReport>,
    #[serde(skip)]
    strip: Strip,
}

/// The label that a clip is.
#[derive(Clone, Debug, Serialize)]
pub struct Top {
    /// The label.
    pub label: String,
    /// Its score in the window that covers exactly the clip, else its highest, -128 to 127.
    pub score: i8,
}

/// A word heard.
#[derive(Clone, Debug, Serialize)]
pub struct DetectionReport {
    /// The word.
    pub label: String,
    /// The end of the window that completed it, from the start of the clip.
    pub time_ms: u32,
    /// The averaged score, 0 to 255.
    pub score: u8,
}

/// The scores over time, for the picture made of characters.
#[derive(Clone, Debug, Default)]
struct Strip {
    windows: Vec<(u32, Vec<i8>)>,
    clip_ms: u32,
}

impl SoundReport {
    /// A report without clips.
    pub fn new(name: &str, sha256: &str, settings: &Settings) -> SoundReport {
        SoundReport {
            schema_version: 1,
            model: ModelName { name: name.to_string(), sha256: sha256.to_string() },
            stride_ms: settings.stride_ms,
            tail_ms: settings.tail_ms,
            clips: Vec::new(),
        }
    }

    /// One line a clip: what it is.
    pub fn render_verdicts(&self, out: &mut impl fmt::Write, paint: impl Fn(Style, &str) -> String) -> fmt::Result {
        let names: Vec<String> = self.clips.iter().map(|clip| printable(&clip.file)).collect();
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        for (clip, name) in self.clips.iter().zip(&names) {
            write!(out, "{name:width$}  ")?;
            if clip.detections.is_empty() {
                writeln!(out, "{}", paint(Style::Faint, &clip.silence_verdict()))?;
            } else {
                let words: Vec<String> = clip
                    .detections
                    .iter()
                    .map(|d| {
                        format!("\"{}\" at {} ms (score {})", printable(&d.label), thousands(d.time_ms.into()), d.score)
                    })
                    .collect();
                writeln!(out, "{}", paint(Style::Good, &words.join(", ")))?;
            }
        }
        Ok(())
    }
}

/// Columns of a strip before it goes on below.
const STRIP_COLUMNS: usize = 80;

/// Milliseconds of a column in clips that do not fit one strip with a column a window.
const COARSE_COLUMN_MS: u32 = 100;

const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

impl ClipReport {
    /// The report on what was heard in a clip; `label` names labels.
    pub fn new(file: &str, clip: &Clip, heard: &Heard, label: impl Fn(usize) -> String) -> ClipReport {
        let labels = heard.windows.first().map_or(0, |window| window.scores.len());
        ClipReport {
            file: file.to_string(),
            duration_ms: clip.duration_ms(),
            sample_rate: clip.source.sample_rate,
            notes: clip.notes.iter().map(|note| note.to_string()).collect(),
            labels: (0..labels).map(&label).collect(),
            window_scores: heard.exact_window().map(|window| window.scores.clone()),
            top: heard.top().map(|(index, score)| Top { label: label(index), score }),
            detections: heard
                .detections
                .iter()
                .map(|detection| DetectionReport {
                    label: label(detection.label as usize),
                    time_ms: detection.time_ms,
                    score: detection.score,
                })
                .collect(),
            strip: Strip {
                windows: heard.windows.iter().map(|window| (window.time_ms, window.scores.clone())).collect(),
                clip_ms: clip.duration_ms().min(u32::MAX as u64) as u32,
            },
        }
    }

    fn silence_verdict(&self) -> String {
        match &self.top {
            Some(top) => format!("no word (most like \"{}\")", printable(&top.label)),
            None => "no word (too short for a single window)".to_string(),
        }
    }

    /// The timeline for people.
    pub fn render(&self, out: &mut impl fmt::Write, paint: impl Fn(Style, &str) -> String) -> fmt::Result {
        let seconds = self.duration_ms as f64 / 1000.0;
        writeln!(out, "{}  {seconds:.2} s", paint(Style::Strong, &printable(&self.file)))?;
        if self.strip.windows.is_empty() {
            return writeln!(out, "  too short: not one window was full\n");
        }
        self.render_strips(out, &paint)?;
        if let Some(scores) = &self.window_scores {
            let scores: Vec<String> =
                self.labels.iter().zip(scores).map(|(label, score)| format!("{} {score}", printable(label))).collect();
            writeln!(out, "  scores of the window that covers the clip: {}", scores.join(", "))?;
        }
        writeln!(out)
    }

    fn render_strips(&self, out: &mut impl fmt::Write, paint: &impl Fn(Style, &str) -> String) -> fmt::Result {
        let windows = &self.strip.windows;
        let (first_ms, last_ms) = (windows[0].0, windows[windows.len() - 1].0);
        let step_ms = windows.get(1).map_or(20, |window| window.0.saturating_sub(first_ms).max(1));
        let fits = windows.len() <= STRIP_COLUMNS;
        let column_ms = if fits { step_ms } else { step_ms.max(COARSE_COLUMN_MS) };
        let columns = ((last_ms - first_ms) / column_ms) as usize + 1;
        let labels: Vec<String> = self.labels.iter().map(|label| printable(label)).collect();
        let name_width = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0).max(4);
        for band in (0..columns).step_by(STRIP_COLUMNS) {
            let band_columns = (columns - band).min(STRIP_COLUMNS);
            let column_of = |time_ms: u32| {
                let column = (time_ms.saturating_sub(first_ms) / column_ms) as usize;
                column.checked_sub(band).filter(|&column| column < band_columns)
            };
            let start_ms = first_ms + band as u32 * column_ms;
            writeln!(out, "  {:name_width$} {}", "", paint(Style::Faint, &axis(start_ms, column_ms, band_columns)))?;
            for (index, label) in labels.iter().enumerate() {
                let mut bars = vec![BARS[0]; band_columns];
                let mut heights = vec![0usize; band_columns];
                for (time_ms, scores) in windows {
                    if let Some(column) = column_of(*time_ms) {
                        // 256 scores on 8 bars; the least one shows as nothing.
                        let height = (scores[index] as i32 + 128 + 31) / 32;
                        heights[column] = heights[column].max((height as usize).min(8));
                    }
                }
                bars.iter_mut().zip(&heights).for_each(|(bar, &height)| *bar = BARS[height]);
                let strip: String = bars.into_iter().collect();
                writeln!(out, "{}", format!("  {label:>name_width$} {strip}").trim_end())?;
            }
            let heard = self.detections.iter().filter_map(|d| column_of(d.time_ms).map(|column| (column, d)));
            for (column, detection) in heard {
                let mark = format!(
                    "▲ {} at {} ms, score {}",
                    printable(&detection.label),
                    thousands(detection.time_ms.into()),
                    detection.score
                );
                // Near the right edge the words go to the left of the mark.
                let line = if column + mark.chars().count() > STRIP_COLUMNS {
                    let words: String = mark.chars().skip(2).collect();
                    format!("{:>width$} ▲", words, width = column.saturating_sub(1))
                } else {
                    format!("{:column$}{mark}", "")
                };
                writeln!(out, "  {:name_width$} {}", "", paint(Style::Good, &line))?;
            }
            if let Some(column) = column_of(self.strip.clip_ms)
                && self.strip.clip_ms < last_ms
                && column > 0
            {
                let line = format!("{:column$}┆ clip ends", "");
                writeln!(out, "  {:name_width$} {}", "", paint(Style::Faint, &line))?;
            }
        }
        Ok(())
    }
}

/// A line with a time every so many columns, at the column where that time starts.
fn axis(start_ms: u32, column_ms: u32, columns: usize) -> String {
    let mut line = String::new();
    let tick_columns = 10;
    for column in (0..columns).step_by(tick_columns) {
        let time_ms = start_ms + column as u32 * column_ms;
        let text = format!("╷{:.2} s", time_ms as f64 / 1000.0);
        if columns - column >= text.chars().count() || column == 0 {
            line.push_str(&format!("{text:tick_columns$}"));
        }
    }
    line.trim_end().to_string()
}
