//! Detections held against the truth, by the rule of MLPerf Tiny's streaming wake word task.
//!
//! For each label on its own:
//!
//! - a word is **hit** when its label is detected from its start to [`HIT_WINDOW_MS`] after its end; several
//!   detections there hit it once;
//! - a detection from a word's start to [`MASK_MS`] after its end is never a **false alarm**;
//! - of the other detections, each is a false alarm, but one within [`DEBOUNCE_MS`] of a false alarm before it.
//!
//! A detection of one word while another is said is a false alarm like any other.

use micro_runtime::detect::Detection;

use super::truth::Truth;

/// How long after its end a word can still be hit, in milliseconds.
pub const HIT_WINDOW_MS: u32 = 500;

/// How long after its end a word excuses late detections, in milliseconds.
pub const MASK_MS: u32 = 1000;

/// How long a false alarm covers those that follow, in milliseconds.
pub const DEBOUNCE_MS: u32 = 1000;

/// A word that the model could have reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Its label.
    pub label: usize,
    /// Its start in milliseconds.
    pub start_ms: u32,
    /// Its end.
    pub end_ms: u32,
    /// When it was first detected inside the hit window; `None` is a miss.
    pub hit_ms: Option<u32>,
}

impl Word {
    /// Whether the word was hit.
    pub fn is_hit(&self) -> bool {
        self.hit_ms.is_some()
    }
}

/// How the detections in one recording went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scored {
    /// The words that the model could have reported, in the order of their starts.
    pub words: Vec<Word>,
    /// The false alarms, in the order of time.
    pub false_alarms: Vec<Detection>,
}

impl Scored {
    /// Words that were detected.
    pub fn hits(&self) -> usize {
        self.words.iter().filter(|word| word.is_hit()).count()
    }

    /// Words that were not.
    pub fn misses(&self) -> usize {
        self.words.len() - self.hits()
    }
}

/// Holds detections, in the order of time, against the truth. `label_of` gives the label that a word has and that
/// can be reported; words without one are other talk.
pub fn score(detections: &[Detection], truth: &Truth, label_of: impl Fn(&str) -> Option<usize>) -> Scored {
    let words: Vec<Word> = truth
        .words
        .iter()
        .filter_map(|spoken| {
            let label = label_of(&spoken.label)?;
            let (start_ms, end_ms) = (spoken.start_ms, spoken.end_ms);
            let last_ms = end_ms.saturating_add(HIT_WINDOW_MS);
            let from = detections.partition_point(|found| found.time_ms < start_ms);
            let mut inside = detections[from..].iter().take_while(|found| found.time_ms <= last_ms);
            let hit = inside.find(|found| usize::from(found.label) == label);
            Some(Word { label, start_ms, end_ms, hit_ms: hit.map(|found| found.time_ms) })
        })
        .collect();
    let false_alarms = match detections.iter().map(|found| usize::from(found.label)).max() {
        Some(last) => {
            false_alarms(detections, &(0..=last).map(|label| Excuses::new(&words, label)).collect::<Vec<_>>())
        }
        None => Vec::new(),
    };
    Scored { words, false_alarms }
}

/// The detections that no word of their label excuses and that are no echo of such a one; `excuses` are by label.
fn false_alarms(detections: &[Detection], excuses: &[Excuses]) -> Vec<Detection> {
    let mut last_ms = vec![None; excuses.len()];
    let mut alarms = Vec::new();
    for found in detections {
        let label = usize::from(found.label);
        let is_echo = last_ms[label].is_some_and(|before| found.time_ms - before < DEBOUNCE_MS);
        if !is_echo && !excuses[label].at(found.time_ms) {
            last_ms[label] = Some(found.time_ms);
            alarms.push(*found);
        }
    }
    alarms
}

/// The times at which words of one label excuse detections: starts, each with the latest end of a word up to it.
struct Excuses(Vec<(u32, u32)>);

impl Excuses {
    /// `words` are in the order of their starts.
    fn new(words: &[Word], label: usize) -> Excuses {
        let mut latest_ms = 0;
        let mut spans = Vec::new();
        for word in words.iter().filter(|word| word.label == label) {
            latest_ms = latest_ms.max(word.end_ms.saturating_add(MASK_MS));
            spans.push((word.start_ms, latest_ms));
        }
        Excuses(spans)
    }

    fn at(&self, time_ms: u32) -> bool {
        let started = self.0.partition_point(|&(start_ms, _)| start_ms <= time_ms);
        started > 0 && time_ms <= self.0[started - 1].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::truth::Spoken;

    const LABELS: [&str; 4] = ["silence", "unknown", "yes", "no"];

    fn label_of(name: &str) -> Option<usize> {
        LABELS.iter().position(|label| *label == name).filter(|&label| label >= 2)
    }

    fn truth(words: &[(&str, u32, u32)]) -> Truth {
        let words = words.iter().map(|&(label, start_ms, end_ms)| Spoken { label: label.into(), start_ms, end_ms });
        Truth { words: words.collect() }
    }

    fn found(label: &str, time_ms: u32) -> Detection {
        Detection { label: label_of(label).unwrap() as u8, score: 200, time_ms }
    }

    /// Hits, misses and the times of the false alarms.
    fn outcome(detections: &[Detection], words: &[(&str, u32, u32)]) -> (usize, usize, Vec<u32>) {
        let scored = score(detections, &truth(words), label_of);
        (scored.hits(), scored.misses(), scored.false_alarms.iter().map(|alarm| alarm.time_ms).collect())
    }

    #[test]
    fn a_word_is_hit_from_its_start_to_half_a_second_after_its_end() {
        let words = [("yes", 1000, 1600)];
        for (time_ms, expected) in [
            (999, (0, 1, vec![999])),
            (1000, (1, 0, vec![])),
            (1600, (1, 0, vec![])),
            (2100, (1, 0, vec![])),
            (2101, (0, 1, vec![])),
            (2600, (0, 1, vec![])),
            (2601, (0, 1, vec![2601])),
        ] {
            assert_eq!(outcome(&[found("yes", time_ms)], &words), expected, "{time_ms}");
        }
    }

    #[test]
    fn a_word_detected_twice_is_one_hit_and_its_first_time_counts() {
        let words = [("yes", 1000, 1600)];
        let twice = [found("yes", 1700), found("yes", 2000)];
        assert_eq!(outcome(&twice, &words), (1, 0, vec![]));
        assert_eq!(score(&twice, &truth(&words), label_of).words[0].hit_ms, Some(1700));
    }

    #[test]
    fn another_word_in_the_window_is_a_miss_and_a_false_alarm() {
        assert_eq!(outcome(&[found("no", 1700)], &[("yes", 1000, 1600)]), (0, 1, vec![1700]));
    }

    #[test]
    fn false_alarms_within_a_second_count_once_for_each_label() {
        let many = [found("yes", 0), found("no", 400), found("yes", 999), found("yes", 1000), found("yes", 1999)];
        assert_eq!(outcome(&many, &[]), (0, 0, vec![0, 400, 1000]));
    }

    #[test]
    fn what_a_word_excuses_does_not_cover_later_alarms() {
        let words = [("yes", 1000, 1600)];
        assert_eq!(outcome(&[found("yes", 2590), found("yes", 2610)], &words), (0, 1, vec![2610]));
    }

    #[test]
    fn words_that_cannot_be_reported_are_other_talk() {
        let words = [("left", 0, 500), ("silence", 600, 900), ("no", 1000, 1400)];
        assert_eq!(outcome(&[found("no", 300), found("no", 1500)], &words), (1, 0, vec![300]));
    }

    #[test]
    fn a_short_word_inside_a_long_one_does_not_end_its_excuse() {
        let words = [("yes", 1000, 9000), ("yes", 2000, 2400)];
        assert_eq!(outcome(&[found("yes", 8000)], &words), (1, 1, vec![]));
    }

    #[test]
    fn one_detection_can_hit_two_words_that_touch() {
        let words = [("no", 1000, 1300), ("no", 1400, 1700)];
        assert_eq!(outcome(&[found("no", 1750)], &words), (2, 0, vec![]));
    }

    #[test]
    fn times_near_the_end_of_the_clock_do_not_overflow() {
        let words = [("yes", u32::MAX - 10, u32::MAX)];
        assert_eq!(outcome(&[found("yes", u32::MAX - 5)], &words), (1, 0, vec![]));
    }
}
