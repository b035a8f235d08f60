//! What `tinyml monitor` says: one report for each line of a board.

use std::fmt;
use std::time::Duration;

use micro_runtime::log::Event;
use serde::Serialize;

use super::table::{Style, printable};

/// A line of a board.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LineReport {
    /// Version of this structure.
    pub schema_version: u32,
    /// Seconds since the monitor was started.
    pub seconds: f64,
    /// The line.
    pub line: String,
    /// What it means, when it is one of tinyml's firmware.
    #[serde(flatten)]
    pub meaning: Meaning,
}

/// What a line means.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Meaning {
    /// A word was heard.
    Heard {
        /// The label.
        label: String,
        /// Its average score, 0 to 255.
        score: u32,
        /// Milliseconds since the first sample.
        time_ms: u32,
    },
    /// The firmware started.
    Boot {
        /// Its version.
        version: String,
        /// Its board.
        board: String,
        /// The clock of the processor.
        clock_hz: u32,
    },
    /// It found a Program.
    Program {
        /// Its length.
        bytes: u32,
        /// Its arena.
        arena_bytes: u32,
    },
    /// A label of the Program.
    Label {
        /// Its number.
        index: u32,
        /// Its name.
        name: String,
    },
    /// It listens.
    Listening {
        /// From one result to the next.
        stride_ms: u32,
        /// What the average of a word must exceed, 0 to 255.
        threshold: u32,
    },
    /// A result.
    Scores {
        /// Milliseconds since the first sample.
        time_ms: u32,
        /// The score of each label, 0 to 255.
        now: Vec<u8>,
        /// Their averages.
        average: Vec<u8>,
    },
    /// Samples were lost.
    Lost {
        /// How many.
        samples: u32,
    },
    /// There is nothing to run, or something failed.
    Problem {
        /// Why.
        message: String,
    },
    /// Anything else.
    Text,
}

impl Meaning {
    fn of(line: &str) -> Meaning {
        let own = str::to_string;
        match Event::read(line) {
            Some(Event::Heard { label, score, time_ms, .. }) => Meaning::Heard { label: own(label), score, time_ms },
            Some(Event::Boot { version, board, clock_hz, .. }) => {
                Meaning::Boot { version: own(version), board: own(board), clock_hz }
            }
            Some(Event::Program { bytes, arena_bytes, .. }) => Meaning::Program { bytes, arena_bytes },
            Some(Event::Label { index, name }) => Meaning::Label { index, name: own(name) },
            Some(Event::Listening { stride_ms, threshold, .. }) => Meaning::Listening { stride_ms, threshold },
            Some(Event::Scores { time_ms, now, average, .. }) => {
                Meaning::Scores { time_ms, now: now.iter().collect(), average: average.iter().collect() }
            }
            Some(Event::Lost { samples }) => Meaning::Lost { samples },
            Some(Event::Refused { message, .. } | Event::Failed { message, .. }) => {
                Meaning::Problem { message: own(message) }
            }
            Some(Event::Panic { file, line }) => Meaning::Problem { message: format!("panic at {file}:{line}") },
            // Lights of an emulated board, and what a later firmware may say.
            Some(Event::Light { .. }) | None => Meaning::Text,
        }
    }
}

impl LineReport {
    /// The report on a line that came after so long.
    pub fn new(time: Duration, line: &str) -> LineReport {
        let seconds = (time.as_secs_f64() * 1000.0).round() / 1000.0;
        LineReport { schema_version: 1, seconds, line: line.to_string(), meaning: Meaning::of(line) }
    }

    /// The same for people.
    pub fn render(&self, out: &mut impl fmt::Write, paint: impl Fn(Style, &str) -> String) -> fmt::Result {
        let stamp = paint(Style::Faint, &format!("{:9.3}", self.seconds));
        let words = |text: &str| printable(text);
        match &self.meaning {
            Meaning::Heard { label, score, .. } => {
                writeln!(out, "{stamp}  {}, score {score}", paint(Style::Good, &format!("\"{}\"", words(label))))
            }
            Meaning::Boot { version, board, clock_hz } => writeln!(
                out,
                "{stamp}  firmware {} on {} at {} MHz started",
                words(version),
                words(board),
                f64::from(*clock_hz) / 1e6
            ),
            Meaning::Lost { samples } => {
                let text = format!("{} lost", super::counted((*samples).into(), "sample"));
                writeln!(out, "{stamp}  {}", paint(Style::Warning, &text))
            }
            Meaning::Problem { message } => writeln!(out, "{stamp}  {}", paint(Style::Bad, &words(message))),
            _ => writeln!(out, "{stamp}  {}", words(&self.line)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> String {
        let mut text = String::new();
        LineReport::new(Duration::from_millis(1234), line).render(&mut text, |_, text| text.to_string()).unwrap();
        text
    }

    #[test]
    fn detections_are_decoded_and_other_lines_shown() {
        assert_eq!(shown("heard label=\"yes\" index=2 score=211 time_ms=1480"), "    1.234  \"yes\", score 211\n");
        assert_eq!(shown("hello \u{1b}[2J"), "    1.234  hello \\u{1b}[2J\n");
        assert_eq!(shown("lost samples=320"), "    1.234  320 samples lost\n");
    }

    #[test]
    fn json_has_the_event_beside_the_line() {
        let report = LineReport::new(Duration::ZERO, "heard label=\"no\" index=3 score=190 time_ms=20");
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!((json["event"].as_str(), json["label"].as_str()), (Some("heard"), Some("no")));
        let json = serde_json::to_value(LineReport::new(Duration::ZERO, "x")).unwrap();
        assert_eq!((json["event"].as_str(), json["line"].as_str()), (Some("text"), Some("x")));
    }
}
