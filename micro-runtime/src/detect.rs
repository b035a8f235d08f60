//! From scores to words: smooths what a keyword model says over time and reports each word once.
//!
//! One inference is a noisy witness: the same word passes through the model's view many times, a little later
//! each time. The [`Detector`] averages the scores of the last second or so, wants the best average above a
//! threshold, and stays silent while the same word goes on. Given the same results it reports the same words at
//! the same times as the command recogniser of TensorFlow Lite Micro's `micro_speech` example, with three
//! differences, each written at the item concerned: no label is special by its number (labels are ignored by
//! mask instead), a full ring drops its oldest result instead of refusing the newest, and a clock that jumps back
//! starts a new stream instead of failing.
//!
//! Integers only, no heap, no panics. The caller chooses the room: `Detector<4, 51>` keeps 51 results of 4 labels
//! in 408 bytes, and 51 is what a window of 1000 ms needs at one result every 20 ms (both ends count).
//!
//! A detector takes scores as int8, -128 for impossible and 127 for certain, which is what a quantised softmax
//! puts out. [`ScoreScale`] and [`score_from_probability`] bring other outputs into that form.

use core::fmt;

/// The largest number of labels any detector can be made for: one bit each in [`DetectorSettings::ignored_labels`].
pub const MAX_LABELS: usize = 32;

/// The longest averaging window in milliseconds, half the range of the wrapping clock.
pub const MAX_WINDOW_MS: u32 = i32::MAX as u32;

/// How a [`Detector`] smooths and when it reports. The default holds the values of TFLM's `micro_speech` example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DetectorSettings {
    /// Length of the averaging window in milliseconds, at most [`MAX_WINDOW_MS`]. A result exactly this old still
    /// counts. Nothing is reported until the results in the window span a quarter of it. 0 averages only results
    /// of the same millisecond, so no smoothing. Default 1000.
    pub average_window_ms: u32,
    /// The averaged score (0 to 255) has to be **above** this, so at most 254. Default 200.
    pub threshold: u8,
    /// The least number of results in the window before anything is reported: 1 up to the ring's capacity.
    /// Default 3.
    pub minimum_count: u32,
    /// After a word is reported, the same word is reported again only when **more** than this many milliseconds
    /// have passed, or another label (an ignored one too) has won in between. Another word is reported at once.
    /// Default 1500.
    pub suppression_ms: u32,
    /// Bit `n` set: label `n` (silence, unknown) is never reported. It still competes, and by winning it ends the
    /// word before it. TFLM's example instead reports every label and repeats its first label with every result.
    /// [`background_labels`] makes this mask from names. Default 0, nothing ignored.
    pub ignored_labels: u32,
}

impl Default for DetectorSettings {
    fn default() -> DetectorSettings {
        DetectorSettings {
            average_window_ms: 1000,
            threshold: 200,
            minimum_count: 3,
            suppression_ms: 1500,
            ignored_labels: 0,
        }
    }
}

/// The mask for [`DetectorSettings::ignored_labels`] of those `names` that stand for the absence of a word.
///
/// These are `silence`, `unknown`, `background` and `noise`, in any case of ASCII letters and also when wrapped in
/// underscores (`_silence_`). Names from the 33rd on are not looked at.
pub fn background_labels<'a>(names: impl IntoIterator<Item = &'a str>) -> u32 {
    let marked = names.into_iter().take(MAX_LABELS).enumerate().filter(|(_, name)| is_background(name));
    marked.fold(0, |mask, (label, _)| mask | 1 << label)
}

fn is_background(name: &str) -> bool {
    let mut name = name.as_bytes();
    while let [b'_', rest @ ..] | [rest @ .., b'_'] = name {
        name = rest;
    }
    ["silence", "unknown", "background", "noise"].iter().any(|word| name.eq_ignore_ascii_case(word.as_bytes()))
}

/// Why a [`Detector`] or a [`ScoreScale`] cannot be made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DetectorError {
    /// The model has no label, or more than the detector has room for.
    LabelCount {
        /// Labels asked for.
        found: usize,
        /// Labels this detector type has room for.
        room: usize,
    },
    /// The averaging window is longer than [`MAX_WINDOW_MS`].
    Window {
        /// Length asked for in milliseconds.
        found: u32,
    },
    /// No average can be above 255.
    Threshold,
    /// The minimum count is 0, or more results than the ring can ever hold.
    MinimumCount {
        /// Count asked for.
        found: u32,
        /// Results this detector type has room for.
        room: usize,
    },
    /// The mask of ignored labels names labels the model does not have.
    IgnoredLabels {
        /// The mask asked for.
        mask: u32,
        /// Labels of the model.
        label_count: usize,
    },
    /// Every label is ignored, so nothing could be reported.
    NothingToReport,
    /// An output scale that is not a positive finite number.
    Scale {
        /// The scale found.
        found: f32,
    },
}

impl fmt::Display for DetectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            DetectorError::LabelCount { found: 0, .. } => {
                f.write_str("the detector needs at least 1 label, the model has 0; give the model a label list")
            }
            DetectorError::LabelCount { found, room } => {
                write!(f, "the model has {found} labels, the detector has room for {room}; use one with more room")
            }
            DetectorError::Window { found } => write!(
                f,
                "the averaging window is {found} ms, the longest is {MAX_WINDOW_MS} ms; 1000 ms is a common choice"
            ),
            DetectorError::Threshold => {
                f.write_str("the detection threshold is 255, which no score can exceed; choose 0 to 254")
            }
            DetectorError::MinimumCount { found: 0, room } => {
                write!(f, "the minimum count is 0 results; choose 1 to {room}")
            }
            DetectorError::MinimumCount { found, room } => write!(
                f,
                "the minimum count is {found} results, but the detector never holds more than {room}; \
                 choose 1 to {room}"
            ),
            DetectorError::IgnoredLabels { mask, label_count } => write!(
                f,
                "the mask of ignored labels {mask:#b} names label {}, the model has labels 0 to {}; clear the bits \
                 above",
                MAX_LABELS as u32 - 1 - mask.leading_zeros().min(MAX_LABELS as u32 - 1),
                label_count.saturating_sub(1)
            ),
            DetectorError::NothingToReport => {
                f.write_str("every label is ignored, so no word could be reported; clear the bit of at least one")
            }
            DetectorError::Scale { found } => {
                write!(f, "the scale of the model's output is {found}; it has to be above 0 and finite")
            }
        }
    }
}

impl core::error::Error for DetectorError {}

/// A word heard: reported once, when its average passes the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detection {
    /// Index of the label, below the detector's label count.
    pub label: u8,
    /// Averaged score, 0 to 255, above the threshold.
    pub score: u8,
    /// Time of the result that completed it, as given to [`Detector::push`].
    pub time_ms: u32,
}

/// What the averaging window says now, reported or not; for meters and logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Smoothed<'a> {
    /// The label with the highest average; of equals the lowest index.
    pub label: u8,
    /// Its average, 0 to 255.
    pub score: u8,
    /// The average of every label, 0 to 255, in label order.
    pub averages: &'a [u8],
}

#[derive(Clone, Copy)]
struct Entry<const LABELS: usize> {
    time_ms: u32,
    scores: [i8; LABELS],
}

/// Smooths a stream of scores over time and reports each word once.
///
/// `LABELS` is the room for labels (1 to [`MAX_LABELS`]), `RESULTS` the room for results in the averaging window (1 to
/// 65,536), both checked when compiled. When more than `RESULTS` results fall into the window, the average is
/// over the newest `RESULTS` of them; a full ring counts as covering the window however short a time it spans.
#[derive(Clone)]
pub struct Detector<const LABELS: usize, const RESULTS: usize> {
    settings: DetectorSettings,
    label_count: usize,
    ring: [Entry<LABELS>; RESULTS],
    oldest: usize,
    held: usize,
    latest_ms: u32,
    /// What the scores in the ring add up to, each from 0 to 255.
    sums: [u32; LABELS],
    averages: [u8; LABELS],
    ready: bool,
    last_winner: Option<u8>,
    since_last_win_ms: u32,
}

impl<const LABELS: usize, const RESULTS: usize> Detector<LABELS, RESULTS> {
    /// A detector for scores of `label_count` labels that has heard nothing yet.
    ///
    /// # Errors
    /// [`DetectorError`] when `label_count` is 0 or above `LABELS`, or a setting is outside the range its field
    /// names.
    pub fn new(settings: DetectorSettings, label_count: usize) -> Result<Self, DetectorError> {
        const {
            assert!(LABELS >= 1 && LABELS <= MAX_LABELS, "a detector has room for 1 to 32 labels");
            assert!(RESULTS >= 1 && RESULTS <= 65_536, "a detector has room for 1 to 65,536 results");
        }
        if label_count == 0 || label_count > LABELS {
            return Err(DetectorError::LabelCount { found: label_count, room: LABELS });
        }
        if settings.average_window_ms > MAX_WINDOW_MS {
            return Err(DetectorError::Window { found: settings.average_window_ms });
        }
        if settings.threshold == u8::MAX {
            return Err(DetectorError::Threshold);
        }
        if settings.minimum_count == 0 || settings.minimum_count as usize > RESULTS {
            return Err(DetectorError::MinimumCount { found: settings.minimum_count, room: RESULTS });
        }
        let all_labels = u32::MAX >> (MAX_LABELS - label_count);
        if settings.ignored_labels & !all_labels != 0 {
            return Err(DetectorError::IgnoredLabels { mask: settings.ignored_labels, label_count });
        }
        if settings.ignored_labels == all_labels {
            return Err(DetectorError::NothingToReport);
        }
        Ok(Detector {
            settings,
            label_count,
            ring: [Entry { time_ms: 0, scores: [i8::MIN; LABELS] }; RESULTS],
            oldest: 0,
            held: 0,
            latest_ms: 0,
            sums: [0; LABELS],
            averages: [0; LABELS],
            ready: false,
            last_winner: None,
            since_last_win_ms: 0,
        })
    }

    /// The settings given to [`Detector::new`].
    pub fn settings(&self) -> &DetectorSettings {
        &self.settings
    }

    /// Takes the scores of one inference and returns the word it completes, if any.
    ///
    /// `scores` are int8 in label order, -128 for 0 and 127 for 255/256. A slice shorter than the label count is
    /// filled up with -128; scores beyond it are not looked at.
    ///
    /// `time_ms` is a clock that may wrap from `u32::MAX` to 0 (after 49.7 days) without effect. The same time
    /// twice is fine, both results count. A time before the previous one starts a new stream, as after
    /// [`Detector::reset`]; so does a pause of 2^31 ms (24.9 days) or more, which looks the same.
    pub fn push(&mut self, scores: &[i8], time_ms: u32) -> Option<Detection> {
        let elapsed_ms = time_ms.wrapping_sub(self.latest_ms);
        if self.held > 0 && elapsed_ms > MAX_WINDOW_MS {
            self.reset();
        }
        // A sum of steps instead of a time stamp: it cannot be mistaken after the clock has wrapped.
        self.since_last_win_ms = self.since_last_win_ms.saturating_add(elapsed_ms);
        self.latest_ms = time_ms;
        self.keep(scores, time_ms);
        self.average();
        if !self.ready {
            return None;
        }
        let (label, score) = self.top();
        self.judge(label, score)
    }

    /// What the window says now; `None` while it holds too few results or spans less than a quarter of its length.
    pub fn smoothed(&self) -> Option<Smoothed<'_>> {
        let (label, score) = self.top();
        self.ready.then(|| Smoothed { label, score, averages: &self.averages[..self.label_count] })
    }

    /// Forgets every result and the last word, as if newly made. The settings stay.
    pub fn reset(&mut self) {
        self.oldest = 0;
        self.held = 0;
        self.sums = [0; LABELS];
        self.averages = [0; LABELS];
        self.ready = false;
        self.last_winner = None;
        self.since_last_win_ms = 0;
    }

    /// Puts a result into the ring, after dropping those that are too old or for which there is no room.
    fn keep(&mut self, scores: &[i8], time_ms: u32) {
        while self.held > 0 && (self.held == RESULTS || self.oldest_age_ms(time_ms) > self.settings.average_window_ms) {
            for (sum, &score) in self.sums.iter_mut().zip(&self.ring[self.oldest].scores) {
                *sum -= above_least(score);
            }
            self.oldest = self.place(1);
            self.held -= 1;
        }
        let entry = &mut self.ring[self.place(self.held)];
        entry.time_ms = time_ms;
        entry.scores = [i8::MIN; LABELS];
        let labels = entry.scores[..self.label_count].iter_mut().zip(&mut self.sums);
        for ((kept, sum), &score) in labels.zip(scores) {
            *kept = score;
            *sum += above_least(score);
        }
        self.held += 1;
    }

    /// Where in the ring the result is that came `later` results after the oldest.
    fn place(&self, later: usize) -> usize {
        let place = self.oldest + later;
        if place < RESULTS { place } else { place - RESULTS }
    }

    fn oldest_age_ms(&self, now_ms: u32) -> u32 {
        now_ms.wrapping_sub(self.ring[self.oldest].time_ms)
    }

    /// Averages the window, rounding down, and decides whether it holds enough to be trusted.
    fn average(&mut self) {
        let count = self.held as u32;
        for (average, sum) in self.averages[..self.label_count].iter_mut().zip(self.sums) {
            *average = (sum / count) as u8;
        }
        let covered = self.held == RESULTS || self.oldest_age_ms(self.latest_ms) >= self.settings.average_window_ms / 4;
        self.ready = covered && count >= self.settings.minimum_count;
    }

    /// The label with the highest average and that average.
    fn top(&self) -> (u8, u8) {
        let mut best = (0, 0);
        for (label, &average) in self.averages[..self.label_count].iter().enumerate() {
            if average > best.1 {
                best = (label as u8, average);
            }
        }
        best
    }

    /// Decides whether the winning label is news, and remembers it if so.
    fn judge(&mut self, label: u8, score: u8) -> Option<Detection> {
        let repeated = self.last_winner == Some(label) && self.since_last_win_ms <= self.settings.suppression_ms;
        if score <= self.settings.threshold || repeated {
            return None;
        }
        self.last_winner = Some(label);
        self.since_last_win_ms = 0;
        let ignored = self.settings.ignored_labels >> label & 1 == 1;
        (!ignored).then_some(Detection { label, score, time_ms: self.latest_ms })
    }
}

/// How far a score is above the least there is, 0 to 255.
fn above_least(score: i8) -> u32 {
    u32::from(score.wrapping_sub(i8::MIN) as u8)
}

/// Turns quantised outputs of any scale into the detector's scores.
///
/// The rule: the real value `scale * (value - zero_point)` is a probability, and
/// [`score_from_probability`] of it is the score. For int8 outputs of scale 1/256 and zero point -128 every
/// score is the output itself; for uint8 outputs of scale 1/256 and zero point 0 it is the output minus 128.
/// Outputs that are not probabilities (no softmax or sigmoid at the end of the model) are clamped and make poor
/// scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreScale {
    steps: f32,
    zero_point: i32,
}

impl ScoreScale {
    /// int8 of scale 1/256 and zero point -128: what TFLite gives every int8 softmax. Changes nothing.
    pub const NATURAL: ScoreScale = ScoreScale { steps: 1.0, zero_point: -128 };

    /// For an output of this scale and zero point.
    ///
    /// # Errors
    /// [`DetectorError::Scale`] when `scale` is zero, negative, infinite or not a number.
    pub fn new(scale: f32, zero_point: i32) -> Result<ScoreScale, DetectorError> {
        if !(scale > 0.0 && scale.is_finite()) {
            return Err(DetectorError::Scale { found: scale });
        }
        Ok(ScoreScale { steps: scale * 256.0, zero_point })
    }

    /// Whether int8 outputs can go to the detector as they are.
    pub fn is_natural(self) -> bool {
        self == ScoreScale::NATURAL
    }

    /// The score of one int8, uint8 or int16 output.
    pub fn score(self, value: i32) -> i8 {
        score_from_steps(self.steps * value.saturating_sub(self.zero_point) as f32)
    }
}

/// The score of a float32 output: 256 times the probability, rounded to nearest (halves up), less 128, within
/// -128 to 127.
///
/// This is how TFLite quantises to scale 1/256 and zero point -128. Not-a-number gives -128.
pub fn score_from_probability(probability: f32) -> i8 {
    score_from_steps(probability * 256.0)
}

fn score_from_steps(steps: f32) -> i8 {
    let steps = steps.clamp(0.0, 255.0);
    // What is not a number becomes 0.
    let whole = steps as i32;
    (whole + (steps - whole as f32 >= 0.5) as i32 - 128) as i8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn natural_outputs_are_scores_already() {
        let int8 = ScoreScale::new(1.0 / 256.0, -128).unwrap();
        let uint8 = ScoreScale::new(1.0 / 256.0, 0).unwrap();
        assert!(int8.is_natural() && !uint8.is_natural());
        for value in -128..=127 {
            assert_eq!(i32::from(int8.score(value)), value);
            assert_eq!(i32::from(uint8.score(value + 128)), value);
        }
    }

    #[test]
    fn other_scales_are_rounded_to_nearest_and_clamped() {
        let percent = ScoreScale::new(0.01, 10).unwrap();
        assert_eq!(percent.score(10), -128);
        assert_eq!(percent.score(11), -125); // 2.56 -> 3
        assert_eq!(percent.score(60), 0); // 128
        assert_eq!(percent.score(110), 127); // 256, clamped
        assert_eq!(percent.score(-5), -128);
        assert_eq!(percent.score(i32::MIN), -128);
        let int16 = ScoreScale::new(1.0 / 32768.0, 0).unwrap();
        assert_eq!((int16.score(63), int16.score(64), int16.score(32767)), (-128, -127, 127));
        for scale in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert!(ScoreScale::new(scale, 0).is_err());
        }
    }

    #[test]
    fn probabilities_become_scores() {
        let expected = [(0.0, -128), (0.5, 0), (1.0, 127), (0.25, -64), (1.0 / 512.0, -127), (-3.0, -128), (9.0, 127)];
        for (probability, score) in expected {
            assert_eq!(score_from_probability(probability), score, "{probability}");
        }
        assert_eq!(score_from_probability(f32::NAN), -128);
        assert_eq!(score_from_probability(f32::INFINITY), 127);
        assert_eq!(score_from_probability(0.499_999_97 / 256.0), -128);
    }
}
