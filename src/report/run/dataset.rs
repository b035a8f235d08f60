//! What `tinyml run --dir` says: accuracy, confusion matrix, precision and recall.

use std::fmt;

use serde::Serialize;

use super::ModelName;
use crate::report::confusion::Confusion;
use crate::report::table::Style;
use crate::report::{counted, thousands};

/// A scored dataset.
#[derive(Clone, Debug, Serialize)]
pub struct DatasetReport {
    /// Version of this structure.
    pub schema_version: u32,
    /// The model.
    pub model: ModelName,
    /// The number of clips that were scored.
    pub clips: u64,
    /// The number of files that gave no answer.
    pub left_out: u64,
    /// The share of right answers, 0 to 1.
    pub accuracy: Option<f64>,
    /// Clips scored in a second, on all cores.
    pub clips_per_second: f64,
    /// What was what.
    pub confusion: Confusion,
}

impl DatasetReport {
    /// A report without clips.
    pub fn new(name: &str, sha256: &str, labels: &[String]) -> DatasetReport {
        DatasetReport {
            schema_version: 1,
            model: ModelName { name: name.to_string(), sha256: sha256.to_string() },
            clips: 0,
            left_out: 0,
            accuracy: None,
            clips_per_second: 0.0,
            confusion: Confusion::new(labels.iter().cloned()),
        }
    }

    /// Counts a clip of label `expected` that the model takes for `predicted`, both below the number of labels.
    pub fn add(&mut self, expected: usize, predicted: usize) {
        if self.confusion.add(expected, predicted).is_ok() {
            self.clips += 1;
            self.accuracy = self.confusion.accuracy();
        }
    }

    /// The same for people.
    pub fn render(&self, out: &mut impl fmt::Write, paint: impl Fn(Style, &str) -> String) -> fmt::Result {
        self.confusion.table().render(out, paint)?;
        writeln!(out, "{}", self.confusion.summary())?;
        let rate = thousands(self.clips_per_second.round() as u64);
        writeln!(out, "{}, {} left out, {rate} clips a second", counted(self.clips, "clip"), thousands(self.left_out))
    }
}
