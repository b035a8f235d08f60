//! What `tinyml run --sweep` says: misses against false alarms an hour, and the best setting.

use std::fmt;

use serde::Serialize;

use super::ModelName;
use super::truth::{DetectorReport, RuleReport, length, per_hour};
use crate::host::sweep::{Point, frontier};
use crate::report::table::{Cell, Style, Table};
use crate::report::{counted, percent};

/// Detector settings tried on recordings whose truth is known.
#[derive(Clone, Debug, Serialize)]
pub struct SweepReport {
    /// Version of this structure.
    pub schema_version: u32,
    /// The model.
    pub model: ModelName,
    /// The detector as it was set; average and threshold are what is swept.
    pub detector: DetectorReport,
    /// How detections were judged.
    pub rule: RuleReport,
    /// Length of all recordings.
    pub duration_ms: u64,
    /// Words that could be reported.
    pub words: u64,
    /// The most false alarms an hour that the best setting may have.
    pub most_false_alarms_per_hour: f64,
    /// How it went at the settings as they were.
    pub as_set: PointReport,
    /// The best setting; `null` when none hears a word within the false alarms allowed.
    pub best: Option<PointReport>,
    /// Every setting tried: the thresholds of each average, rising.
    pub points: Vec<PointReport>,
    /// The picture that was drawn.
    pub plot: Option<String>,
}

/// How it went at one setting.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PointReport {
    /// Milliseconds over which scores are averaged.
    pub average_ms: u32,
    /// The averaged score is above this.
    pub threshold: u8,
    /// Words that were heard.
    pub hits: u64,
    /// Words that were not.
    pub misses: u64,
    /// The share of words missed, 0 to 1.
    pub miss_rate: f64,
    /// Words that were reported but not said.
    pub false_alarms: u64,
    /// The same an hour.
    pub false_alarms_per_hour: f64,
}

impl PointReport {
    /// The report on a point over recordings of this length.
    pub fn new(point: &Point, duration_ms: u64) -> PointReport {
        let &Point { average_ms, threshold, hits, misses, false_alarms } = point;
        PointReport {
            average_ms,
            threshold,
            hits,
            misses,
            miss_rate: misses as f64 / (hits + misses).max(1) as f64,
            false_alarms,
            false_alarms_per_hour: per_hour(false_alarms, duration_ms).unwrap_or(0.0),
        }
    }

    fn settings(&self) -> (u32, u8) {
        (self.average_ms, self.threshold)
    }
}

impl SweepReport {
    /// The settings that no other beats in both misses and false alarms, by rising false alarms.
    fn trade_off(&self) -> Vec<PointReport> {
        let points = self.points.iter().map(|point| Point {
            average_ms: point.average_ms,
            threshold: point.threshold,
            hits: point.hits,
            misses: point.misses,
            false_alarms: point.false_alarms,
        });
        let mut kept: Vec<PointReport> = frontier(&points.collect::<Vec<_>>())
            .iter()
            .map(|point| PointReport::new(point, self.duration_ms))
            .collect();
        // The best stands for its equals.
        if let Some(best) = self.best {
            kept.iter_mut()
                .filter(|point| (point.misses, point.false_alarms) == (best.misses, best.false_alarms))
                .for_each(|point| *point = best);
        }
        if !kept.iter().any(|point| point.settings() == self.as_set.settings()) {
            let place = kept.partition_point(|point| point.false_alarms <= self.as_set.false_alarms);
            kept.insert(place, self.as_set);
        }
        kept
    }

    /// The same for people.
    pub fn render(&self, out: &mut impl fmt::Write, paint: impl Fn(Style, &str) -> String) -> fmt::Result {
        writeln!(
            out,
            "{} in {}, {} settings; these are the ones that no other beats\n",
            counted(self.words, "word"),
            length(self.duration_ms),
            self.points.len()
        )?;
        let head = ["average ms", "threshold", "misses", "missed %", "false alarms", "false alarms an hour", ""];
        let mut table = Table::new(head);
        for point in self.trade_off() {
            let is_best = self.best.is_some_and(|best| best.settings() == point.settings());
            let is_set = point.settings() == self.as_set.settings();
            let note = match (is_best, is_set) {
                (true, true) => Cell::text("best, and as set").style(Style::Good),
                (true, false) => Cell::text("best").style(Style::Good),
                (false, true) => Cell::text("as set").style(Style::Faint),
                (false, false) => Cell::empty(),
            };
            let missed = percent(point.misses, point.hits + point.misses);
            table.row([
                Cell::number(point.average_ms.into()),
                Cell::number(point.threshold.into()),
                Cell::number(point.misses),
                Cell::right(missed.trim_end_matches('%')),
                Cell::number(point.false_alarms),
                Cell::right(format!("{:.1}", point.false_alarms_per_hour)),
                note,
            ]);
        }
        table.render(out, &paint)?;
        writeln!(out)?;
        let most = self.most_false_alarms_per_hour;
        match &self.best {
            Some(best) => writeln!(
                out,
                "{}",
                paint(
                    Style::Good,
                    &format!(
                        "best: --average-ms {} --threshold {}: {} missed, {:.1} false alarms an hour, {most} allowed",
                        best.average_ms,
                        best.threshold,
                        percent(best.misses, best.hits + best.misses),
                        best.false_alarms_per_hour
                    )
                )
            ),
            None => writeln!(
                out,
                "{}",
                paint(Style::Warning, &format!("no setting hears a word with at most {most} false alarms an hour"))
            ),
        }?;
        // One false alarm in a minute is sixty an hour, so a short track cannot tell two settings apart.
        match per_hour(1, self.duration_ms) {
            Some(one) if one > most => writeln!(
                out,
                "one false alarm in {} is already {one:.1} an hour: longer recordings tell more",
                length(self.duration_ms)
            ),
            _ => Ok(()),
        }
    }
}
