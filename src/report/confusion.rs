//! How often each label was taken for which: the confusion matrix of a directory of labelled clips.
//!
//! Rows are what a clip is, columns what the model said. The counts are the only state; accuracy, precision and
//! recall are computed from them, and both the JSON and the text view show the same numbers.

use std::fmt;

use serde::{Serialize, Serializer};

use super::percent;
use super::table::{Cell, Style, Table};

/// Counts of expected against predicted labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    labels: Vec<String>,
    /// Row after row, `labels.len()` counts each.
    counts: Vec<u64>,
}

/// An index that is not one of the matrix's labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("label {index} does not exist, the matrix has {count} labels, numbered from 0; check the label list")]
pub struct UnknownLabel {
    /// The index asked for.
    pub index: usize,
    /// Labels of the matrix.
    pub count: usize,
}

impl Confusion {
    /// A matrix of zeros over these labels, in the model's order.
    pub fn new<S: Into<String>>(labels: impl IntoIterator<Item = S>) -> Confusion {
        let labels: Vec<String> = labels.into_iter().map(Into::into).collect();
        let counts = vec![0; labels.len() * labels.len()];
        Confusion { labels, counts }
    }

    /// Counts one clip of label `expected` that the model took for `predicted`.
    ///
    /// # Errors
    /// [`UnknownLabel`] when either index is not below the number of labels; nothing is counted then.
    pub fn add(&mut self, expected: usize, predicted: usize) -> Result<(), UnknownLabel> {
        let count = self.labels.len();
        if let Some(index) = [expected, predicted].into_iter().find(|index| *index >= count) {
            return Err(UnknownLabel { index, count });
        }
        self.counts[expected * count + predicted] += 1;
        Ok(())
    }

    /// The labels, in order.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Clips of label `expected` taken for `predicted`; 0 for labels that do not exist.
    pub fn count(&self, expected: usize, predicted: usize) -> u64 {
        let count = self.labels.len();
        if expected < count && predicted < count { self.counts[expected * count + predicted] } else { 0 }
    }

    /// Clips of label `label`.
    pub fn expected(&self, label: usize) -> u64 {
        (0..self.labels.len()).map(|predicted| self.count(label, predicted)).sum()
    }

    /// Clips taken for label `label`.
    pub fn predicted(&self, label: usize) -> u64 {
        (0..self.labels.len()).map(|expected| self.count(expected, label)).sum()
    }

    /// All clips.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Clips taken for what they are.
    pub fn correct(&self) -> u64 {
        (0..self.labels.len()).map(|label| self.count(label, label)).sum()
    }

    /// The share of clips taken for what they are, 0 to 1; `None` without clips.
    pub fn accuracy(&self) -> Option<f64> {
        share(self.correct(), self.total())
    }

    /// Of the clips taken for `label`, the share that are; `None` when none was.
    pub fn precision(&self, label: usize) -> Option<f64> {
        share(self.count(label, label), self.predicted(label))
    }

    /// Of the clips that are `label`, the share taken for it; `None` when there is none.
    pub fn recall(&self, label: usize) -> Option<f64> {
        share(self.count(label, label), self.expected(label))
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[derive(Serialize)]
struct MatrixView<'a> {
    total: u64,
    correct: u64,
    accuracy: Option<f64>,
    labels: Vec<LabelView<'a>>,
    counts: Vec<&'a [u64]>,
}

#[derive(Serialize)]
struct LabelView<'a> {
    label: &'a str,
    expected: u64,
    predicted: u64,
    precision: Option<f64>,
    recall: Option<f64>,
}

/// As an object: `total`, `correct`, `accuracy`, `labels` (each with `label`, `expected`, `predicted`, `precision`,
/// `recall`) and `counts`, a list of rows, one per expected label. Shares of nothing are `null`.
impl Serialize for Confusion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let label_view = |(index, label)| LabelView {
            label,
            expected: self.expected(index),
            predicted: self.predicted(index),
            precision: self.precision(index),
            recall: self.recall(index),
        };
        MatrixView {
            total: self.total(),
            correct: self.correct(),
            accuracy: self.accuracy(),
            labels: self.labels.iter().map(String::as_str).enumerate().map(label_view).collect(),
            counts: self.counts.chunks(self.labels.len().max(1)).collect(),
        }
        .serialize(serializer)
    }
}

impl Confusion {
    /// The matrix as a table: a row per expected label with its recall at the end, precision in the last row, and
    /// the accuracy where the two meet. Right answers are [`Style::Good`], wrong ones [`Style::Bad`].
    pub fn table(&self) -> Table {
        let every = || 0..self.labels.len();
        let names = self.labels.iter().map(String::as_str);
        let mut table = Table::new(["is \\ heard as"].into_iter().chain(names).chain(["recall"]));
        for expected in every() {
            let place = |predicted| match self.count(expected, predicted) {
                0 => Cell::number(0).style(Style::Faint),
                count if expected == predicted => Cell::number(count).style(Style::Good),
                count => Cell::number(count).style(Style::Bad),
            };
            let recall = Cell::right(percent(self.count(expected, expected), self.expected(expected)));
            table.row([Cell::text(&self.labels[expected])].into_iter().chain(every().map(place)).chain([recall]));
        }
        let precision = |label| Cell::right(percent(self.count(label, label), self.predicted(label)));
        let accuracy = Cell::right(percent(self.correct(), self.total())).style(Style::Strong);
        table.total([Cell::text("precision")].into_iter().chain(every().map(precision)).chain([accuracy]));
        table
    }

    /// The accuracy in a sentence fragment: `accuracy 93.8% (45 of 48)`.
    pub fn summary(&self) -> String {
        let (correct, total) = (self.correct(), self.total());
        let counts = format!("{} of {}", super::thousands(correct), super::thousands(total));
        format!("accuracy {} ({counts})", percent(correct, total))
    }
}

/// The table, an empty line and the summary.
impl fmt::Display for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}", self.table(), self.summary())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 3 yes (2 right, 1 as no), 1,205 no (1,200 right, 5 as yes), no silence at all.
    fn example() -> Confusion {
        let mut matrix = Confusion::new(["silence", "yes", "no"]);
        for (expected, predicted, times) in [(1, 1, 2), (1, 2, 1), (2, 2, 1200), (2, 1, 5)] {
            for _ in 0..times {
                matrix.add(expected, predicted).unwrap();
            }
        }
        matrix
    }

    #[test]
    fn shares_are_those_of_the_definitions() {
        let matrix = example();
        assert_eq!((matrix.total(), matrix.correct()), (1208, 1202));
        assert_eq!(matrix.accuracy(), Some(1202.0 / 1208.0));
        assert_eq!((matrix.precision(1), matrix.recall(1)), (Some(2.0 / 7.0), Some(2.0 / 3.0)));
        assert_eq!((matrix.precision(2), matrix.recall(2)), (Some(1200.0 / 1201.0), Some(1200.0 / 1205.0)));
        assert_eq!((matrix.precision(0), matrix.recall(0)), (None, None));
    }

    #[test]
    fn an_unknown_label_is_refused_and_not_counted() {
        let mut matrix = Confusion::new(["a", "b"]);
        assert_eq!(matrix.add(0, 2), Err(UnknownLabel { index: 2, count: 2 }));
        assert_eq!(matrix.add(7, 0), Err(UnknownLabel { index: 7, count: 2 }));
        assert_eq!(matrix.total(), 0);
        assert_eq!((matrix.count(0, 2), matrix.precision(9)), (0, None));
    }

    #[test]
    fn the_text_view_shows_counts_shares_and_summary() {
        let expected = "\
is \\ heard as  silence    yes     no  recall
─────────────  ───────  ─────  ─────  ──────
silence              0      0      0       -
yes                  0      2      1   66.7%
no                   0      5  1,200   99.6%
─────────────  ───────  ─────  ─────  ──────
precision            -  28.6%  99.9%   99.5%

accuracy 99.5% (1,202 of 1,208)
";
        assert_eq!(example().to_string(), expected);
    }

    #[test]
    fn the_json_view_holds_the_same_numbers() {
        let mut matrix = Confusion::new(["a", "b"]);
        for (expected, predicted) in [(0, 0), (0, 1), (0, 0), (0, 0)] {
            matrix.add(expected, predicted).unwrap();
        }
        let expected = serde_json::json!({
            "total": 4, "correct": 3, "accuracy": 0.75,
            "labels": [
                {"label": "a", "expected": 4, "predicted": 3, "precision": 1.0, "recall": 0.75},
                {"label": "b", "expected": 0, "predicted": 1, "precision": 0.0, "recall": null},
            ],
            "counts": [[3, 1], [0, 0]],
        });
        assert_eq!(serde_json::to_value(&matrix).unwrap(), expected);
    }

    #[test]
    fn an_empty_matrix_is_no_trouble() {
        let matrix = Confusion::new(Vec::<String>::new());
        assert_eq!(matrix.summary(), "accuracy - (0 of 0)");
        assert_eq!(serde_json::to_value(&matrix).unwrap()["counts"], serde_json::json!([]));
        assert!(matrix.to_string().contains("recall"));
    }
}
