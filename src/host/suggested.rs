//! Detector settings that a model brings along: the metadata entry `tinyml.detector`, which the training recipe writes.
//!
//! One setting a line, a name and a number: `average_ms 400`, `threshold 150`, `suppression_ms 900`. A model trained
//! with smoothed labels never scores as high as one without, so no single threshold suits all models.

use micro_runtime::detect::{DetectorSettings, MAX_WINDOW_MS, background_labels};
use micro_runtime::pipeline::Listening;
use micro_runtime::program::record::ListeningRecord;

use crate::model::Model;

/// Feature rows between two invocations on a chip. With the built-in model, a chip of 48 MHz then executes under 10 million
/// instructions for each second of sound and sleeps four fifths of the time.
const STRIDE_ROWS: u32 = 8;

/// Results that a chip averages at least: two in a row span about as long there as three do on the host.
const MINIMUM_COUNT: u32 = 2;

/// The name of the metadata entry.
pub const ENTRY: &str = "tinyml.detector";

/// The settings that a model suggests; the others keep their defaults. `None` without an entry.
///
/// Lines with another name are for other readers; a number outside of its range is as good as none.
pub fn settings_of(model: &Model<'_>) -> Option<DetectorSettings> {
    model.metadata_named(ENTRY).map(|text| parse(&String::from_utf8_lossy(text)))
}

/// How a chip is to listen with a model that suggests it; labels for background among `labels` are never reported.
pub fn listening(model: &Model<'_>, labels: &[String]) -> Option<ListeningRecord> {
    let ignored_labels = background_labels(labels.iter().map(String::as_str));
    let detector = DetectorSettings { ignored_labels, minimum_count: MINIMUM_COUNT, ..settings_of(model)? };
    Some(Listening { stride_rows: STRIDE_ROWS, detector }.record())
}

fn parse(text: &str) -> DetectorSettings {
    let mut settings = DetectorSettings::default();
    for line in text.trim_end_matches('\0').lines() {
        let Some((name, value)) = line.split_once(' ') else { continue };
        match (name, value.trim().parse::<u32>()) {
            ("average_ms", Ok(value)) if value <= MAX_WINDOW_MS => settings.average_window_ms = value,
            ("threshold", Ok(value)) if value < 255 => settings.threshold = value as u8,
            ("suppression_ms", Ok(value)) => settings.suppression_ms = value,
            _ => {}
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_setting() {
        let expected = DetectorSettings { average_window_ms: 400, threshold: 150, ..DetectorSettings::default() };
        assert_eq!(parse("average_ms 400\nthreshold 150\n"), expected);
        assert_eq!(parse("threshold 150\r\naverage_ms 400\0\0"), expected);
        let sooner = DetectorSettings { suppression_ms: 900, ..expected };
        assert_eq!(parse("average_ms 400\nthreshold 150\nsuppression_ms 900"), sooner);
    }

    #[test]
    fn what_makes_no_sense_changes_nothing() {
        for text in ["", "threshold", "threshold 255", "threshold -1", "average_ms 4000000000", "later 7", "\u{fffd}"] {
            assert_eq!(parse(text), DetectorSettings::default(), "{text:?}");
        }
    }
}
