//! Many detector settings tried on what was heard once.
//!
//! The model's scores do not depend on the detector, so a recording is listened to once and its scores are pushed
//! through a detector of each setting.

use micro_runtime::detect::{Detection, Detector, DetectorError, DetectorSettings};

use super::scoring::{self, Scored};
use super::sound::{Heard, MAX_LABELS, MAX_RESULTS};
use super::truth::Truth;

/// The averages that are tried, in milliseconds.
pub const AVERAGES_MS: [u32; 9] = [100, 200, 300, 400, 500, 600, 700, 800, 1000];

/// The thresholds that are tried.
pub fn thresholds() -> impl Iterator<Item = u8> {
    (50..=250).step_by(5)
}

/// What a recording holds: its scores, its truth, its length.
pub struct Recording {
    /// What was heard.
    pub heard: Heard,
    /// What is said in it.
    pub truth: Truth,
    /// Its length in milliseconds, without the tail.
    pub duration_ms: u64,
}

impl Recording {
    /// The detections that a detector of these settings makes.
    pub fn detections(&self, settings: DetectorSettings) -> Result<Vec<Detection>, DetectorError> {
        let Some(labels) = self.heard.windows.first().map(|window| window.scores.len()) else {
            return Ok(Vec::new());
        };
        let mut detector: Detector<MAX_LABELS, MAX_RESULTS> = Detector::new(settings, labels)?;
        Ok(self.heard.windows.iter().filter_map(|window| detector.push(&window.scores, window.time_ms)).collect())
    }
}

/// How all recordings went at one setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Milliseconds over which scores are averaged.
    pub average_ms: u32,
    /// The threshold.
    pub threshold: u8,
    /// Words that were detected.
    pub hits: u64,
    /// Words that were not.
    pub misses: u64,
    /// False alarms.
    pub false_alarms: u64,
}

impl Point {
    /// The point of these settings.
    pub fn measure(
        recordings: &[Recording],
        settings: DetectorSettings,
        label_of: impl Fn(&str) -> Option<usize>,
    ) -> Result<Point, DetectorError> {
        let DetectorSettings { average_window_ms: average_ms, threshold, .. } = settings;
        let mut point = Point { average_ms, threshold, hits: 0, misses: 0, false_alarms: 0 };
        for recording in recordings {
            let detections = recording.detections(settings)?;
            let scored: Scored = scoring::score(&detections, &recording.truth, &label_of);
            point.hits += scored.hits() as u64;
            point.misses += scored.misses() as u64;
            point.false_alarms += scored.false_alarms.len() as u64;
        }
        Ok(point)
    }

    /// What is better: fewer misses, then fewer false alarms.
    fn cost(&self) -> (u64, u64) {
        (self.misses, self.false_alarms)
    }
}

/// The best of the points: the fewest misses among those with at most `most` false alarms, then the fewest false
/// alarms; of equals the one whose threshold is furthest from where that ends, then the shortest average.
/// `None` when no such point has a hit.
///
/// `points` holds the thresholds of each average one after the other, in rising order.
pub fn best(points: &[Point], most: u64) -> Option<usize> {
    let fair = |point: &Point| point.false_alarms <= most && point.hits > 0;
    let cost = points.iter().filter(|point| fair(point)).map(Point::cost).min()?;
    let is_best = |index: usize| points.get(index).is_some_and(|point| fair(point) && point.cost() == cost);
    let margin = |index: usize| {
        let same = |other: usize| is_best(other) && points[other].average_ms == points[index].average_ms;
        let below = (0..index).rev().take_while(|&other| same(other)).count();
        let above = (index + 1..points.len()).take_while(|&other| same(other)).count();
        below.min(above)
    };
    let equals = (0..points.len()).filter(|&index| is_best(index));
    equals.max_by_key(|&index| (margin(index), std::cmp::Reverse(points[index].average_ms), std::cmp::Reverse(index)))
}

/// The points that no other beats in both misses and false alarms, by rising false alarms; one of equals.
pub fn frontier(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_by_key(|point| (point.false_alarms, point.misses, point.average_ms, point.threshold));
    let mut least = u64::MAX;
    sorted.retain(|point| {
        let is_better = point.misses < least;
        least = least.min(point.misses);
        is_better
    });
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(rows: &[(u32, u8, u64, u64)]) -> Vec<Point> {
        let point = |&(average_ms, threshold, misses, false_alarms)| Point {
            average_ms,
            threshold,
            hits: 10 - misses,
            misses,
            false_alarms,
        };
        rows.iter().map(point).collect()
    }

    #[test]
    fn the_best_has_the_fewest_misses_within_the_allowed_false_alarms() {
        let all = points(&[(200, 50, 0, 9), (200, 100, 2, 3), (200, 150, 4, 1), (200, 200, 8, 0)]);
        let best_of = |most| best(&all, most).map(|index| all[index].threshold);
        let deaf = points(&[(200, 240, 9, 3), (200, 250, 10, 0)]);
        assert_eq!((best(&deaf, 2), best(&deaf, 3)), (None, Some(0)));
        assert_eq!([best_of(9), best_of(8), best_of(2), best_of(0)], [Some(50), Some(100), Some(150), Some(200)]);
        assert_eq!(best(&all[..2], 2), None);
        assert_eq!(best(&[], 2), None);
    }

    #[test]
    fn of_equals_the_threshold_in_the_middle_wins_then_the_shorter_average() {
        let wide = points(&[(200, 50, 1, 5), (200, 60, 1, 0), (200, 70, 1, 0), (200, 80, 1, 0), (200, 90, 2, 0)]);
        assert_eq!(best(&wide, 2), Some(2));
        let two = points(&[(200, 60, 1, 0), (400, 60, 1, 0), (400, 70, 1, 0), (400, 80, 1, 0)]);
        assert_eq!(best(&two, 2), Some(2));
        let short = points(&[(200, 60, 1, 0), (400, 60, 1, 0)]);
        assert_eq!(best(&short, 2), Some(0));
    }

    #[test]
    fn the_frontier_holds_what_nothing_beats() {
        let all = points(&[(200, 50, 0, 9), (200, 100, 2, 3), (300, 100, 2, 2), (300, 150, 3, 2), (300, 200, 9, 0)]);
        let kept: Vec<_> = frontier(&all).iter().map(|point| (point.false_alarms, point.misses)).collect();
        assert_eq!(kept, [(0, 9), (2, 2), (9, 0)]);
    }
}
