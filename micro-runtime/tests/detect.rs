//! The detector against cases worked by hand and against a second, plain implementation of the same rule.

use micro_runtime::detect::{Detection, Detector, DetectorSettings, background_labels};

const SILENCE: u8 = 0;
const YES: u8 = 2;
const NO: u8 = 3;

type Small = Detector<4, 64>;

/// Full marks for one of four labels.
fn sure(label: u8) -> [i8; 4] {
    let mut scores = [-128; 4];
    scores[label as usize] = 127;
    scores
}

fn heard(detector: &mut Small, scores: [i8; 4], times: impl IntoIterator<Item = u32>) -> Vec<(u8, u8, u32)> {
    let pushed = times.into_iter().filter_map(|time| detector.push(&scores, time));
    pushed.map(|found| (found.label, found.score, found.time_ms)).collect()
}

#[test]
fn the_defaults_are_those_of_the_micro_speech_example() {
    let settings = DetectorSettings::default();
    let values = (settings.average_window_ms, settings.threshold, settings.suppression_ms, settings.minimum_count);
    assert_eq!(values, (1000, 200, 1500, 3));
}

#[test]
fn a_steady_word_is_reported_once_per_suppression_time() {
    let mut detector = Small::new(DetectorSettings::default(), 4).unwrap();
    // 250 ms are spanned at t = 300; after that the next time more than 1500 ms later is 1900.
    let found = heard(&mut detector, sure(YES), (0..=3500).step_by(100));
    assert_eq!(found, [(YES, 255, 300), (YES, 255, 1900), (YES, 255, 3500)]);
}

#[test]
fn exactly_the_suppression_time_is_not_enough() {
    let settings = DetectorSettings { suppression_ms: 500, ..DetectorSettings::default() };
    let mut detector = Small::new(settings, 4).unwrap();
    assert_eq!(heard(&mut detector, sure(NO), [0, 125, 250, 750]), [(NO, 255, 250)]);
    assert_eq!(heard(&mut detector, sure(NO), [751]), [(NO, 255, 751)]);
}

#[test]
fn too_few_results_report_nothing() {
    let settings = DetectorSettings { minimum_count: 4, ..DetectorSettings::default() };
    let mut detector = Small::new(settings, 4).unwrap();
    assert_eq!(heard(&mut detector, sure(YES), [0, 300, 600]), []);
    assert_eq!(detector.smoothed(), None);
    assert_eq!(heard(&mut detector, sure(YES), [900]), [(YES, 255, 900)]);
}

#[test]
fn too_short_a_span_reports_nothing() {
    let mut detector = Small::new(DetectorSettings::default(), 4).unwrap();
    assert_eq!(heard(&mut detector, sure(YES), [0, 1, 2, 3, 4, 249]), []);
    assert_eq!(heard(&mut detector, sure(YES), [250]), [(YES, 255, 250)]);
}

#[test]
fn a_result_as_old_as_the_window_counts_and_an_older_one_does_not() {
    let mut detector = Small::new(DetectorSettings { threshold: 254, ..Default::default() }, 2).unwrap();
    detector.push(&[127, -128], 0);
    detector.push(&[-128, 127], 1);
    detector.push(&[-128, 127], 1000);
    assert_eq!(detector.smoothed().unwrap().averages, [85, 170]);
    detector.push(&[-128, 127], 1001);
    assert_eq!(detector.smoothed().unwrap().averages, [0, 255]);
}

#[test]
fn after_a_pause_the_window_starts_anew() {
    let mut detector = Small::new(DetectorSettings::default(), 4).unwrap();
    assert_eq!(heard(&mut detector, sure(YES), [0, 200, 400]), [(YES, 255, 400)]);
    assert_eq!(heard(&mut detector, sure(NO), [1401, 1500]), []);
    assert_eq!(heard(&mut detector, sure(NO), [1700]), [(NO, 255, 1700)]);
}

#[test]
fn averages_round_down_and_have_to_exceed_the_threshold() {
    let settings = DetectorSettings { threshold: 200, average_window_ms: 100, ..DetectorSettings::default() };
    let mut detector = Small::new(settings, 1).unwrap();
    // 200, 201, 201 -> 602 / 3 = 200: not above.
    assert_eq!(detector.push(&[72], 0), None);
    assert_eq!(detector.push(&[73], 50), None);
    assert_eq!(detector.push(&[73], 100), None);
    assert_eq!(detector.smoothed().unwrap().score, 200);
    // The 200 leaves the window: 603 / 3 = 201.
    assert_eq!(detector.push(&[73], 101), Some(Detection { label: 0, score: 201, time_ms: 101 }));
}

#[test]
fn of_equal_averages_the_lowest_label_wins() {
    let settings = DetectorSettings { threshold: 100, minimum_count: 1, average_window_ms: 0, ..Default::default() };
    let mut detector = Small::new(settings, 4).unwrap();
    assert_eq!(detector.push(&[-128, 10, 20, 20], 5).unwrap().label, 2);
    detector.push(&[-128; 4], 6);
    let quiet = detector.smoothed().unwrap();
    assert_eq!((quiet.label, quiet.score, quiet.averages), (0, 0, &[0u8; 4][..]));
}

#[test]
fn alternating_labels_are_each_reported_at_once() {
    let settings = DetectorSettings { average_window_ms: 0, minimum_count: 1, ..DetectorSettings::default() };
    let mut detector = Small::new(settings, 4).unwrap();
    let found: Vec<_> =
        (0..6u32).filter_map(|n| detector.push(&sure(if n % 2 == 0 { YES } else { NO }), n * 10)).collect();
    assert_eq!(found.iter().map(|one| one.label).collect::<Vec<_>>(), [YES, NO, YES, NO, YES, NO]);
}

#[test]
fn an_even_mix_of_two_words_is_neither() {
    let mut detector = Small::new(DetectorSettings::default(), 4).unwrap();
    for n in 0..40u32 {
        assert_eq!(detector.push(&sure(if n % 2 == 0 { YES } else { NO }), n * 50), None);
    }
}

#[test]
fn an_ignored_label_is_never_reported_but_ends_the_word() {
    let settings =
        DetectorSettings { average_window_ms: 0, minimum_count: 1, ignored_labels: 0b11, ..Default::default() };
    let mut detector = Small::new(settings, 4).unwrap();
    assert_eq!(heard(&mut detector, sure(SILENCE), [0, 10]), []);
    assert_eq!(heard(&mut detector, sure(YES), [20, 30]), [(YES, 255, 20)]);
    assert_eq!(heard(&mut detector, sure(SILENCE), [40]), []);
    assert_eq!(heard(&mut detector, sure(YES), [50]), [(YES, 255, 50)]);
    assert_eq!(heard(&mut detector, [-128; 4], [60]), []);
    assert_eq!(heard(&mut detector, sure(YES), [70]), []);
}

#[test]
fn a_full_ring_drops_its_oldest_and_counts_as_covering_the_window() {
    let mut detector = Detector::<2, 3>::new(DetectorSettings::default(), 2).unwrap();
    assert_eq!(detector.push(&[-128, 127], 0), None);
    assert_eq!(detector.push(&[127, -128], 1), None);
    assert_eq!(detector.push(&[127, -128], 2), None);
    assert_eq!(detector.smoothed().unwrap().averages, [170, 85]);
    assert_eq!(detector.push(&[127, -128], 3), Some(Detection { label: 0, score: 255, time_ms: 3 }));
}

#[test]
fn equal_times_all_count() {
    let settings = DetectorSettings { average_window_ms: 0, ..DetectorSettings::default() };
    let mut detector = Small::new(settings, 4).unwrap();
    assert_eq!(heard(&mut detector, sure(YES), [7, 7, 7, 7]), [(YES, 255, 7)]);
}

#[test]
fn a_clock_that_jumps_back_starts_a_new_stream() {
    let mut detector = Small::new(DetectorSettings::default(), 4).unwrap();
    assert_eq!(heard(&mut detector, sure(YES), [5000, 5200, 5400]), [(YES, 255, 5400)]);
    assert_eq!(heard(&mut detector, sure(YES), [5399, 5500]), []);
    assert_eq!(heard(&mut detector, sure(YES), [5700]), [(YES, 255, 5700)]);
}

#[test]
fn a_wrapping_clock_changes_nothing() {
    let start = u32::MAX - 350;
    let mut detector = Small::new(DetectorSettings::default(), 4).unwrap();
    let times = (0..36u32).map(|n| start.wrapping_add(n * 100));
    let found = heard(&mut detector, sure(YES), times);
    assert_eq!(found.iter().map(|one| one.2.wrapping_sub(start)).collect::<Vec<_>>(), [300, 1900, 3500]);
}

#[test]
fn suppression_ends_even_when_the_clock_comes_round_to_the_same_time() {
    let settings = DetectorSettings { average_window_ms: 0, minimum_count: 1, ..DetectorSettings::default() };
    let mut detector = Small::new(settings, 4).unwrap();
    assert_eq!(heard(&mut detector, sure(YES), [100]), [(YES, 255, 100)]);
    assert_eq!(heard(&mut detector, [-128; 4], [1 << 30, 2 << 30, 3 << 30]), []);
    assert_eq!(heard(&mut detector, sure(YES), [100]), [(YES, 255, 100)]);
}

#[test]
fn reset_forgets_the_last_word() {
    let mut detector = Small::new(DetectorSettings::default(), 4).unwrap();
    assert_eq!(heard(&mut detector, sure(YES), [0, 200, 400]), [(YES, 255, 400)]);
    detector.reset();
    assert_eq!(detector.smoothed(), None);
    assert_eq!(heard(&mut detector, sure(YES), [400, 600, 800]), [(YES, 255, 800)]);
}

#[test]
fn short_and_long_slices_are_taken_as_documented() {
    let settings = DetectorSettings { average_window_ms: 0, minimum_count: 1, ..DetectorSettings::default() };
    let mut detector = Small::new(settings, 3).unwrap();
    assert_eq!(detector.push(&[-128, -128, -128, 127], 0), None);
    detector.push(&[5], 1);
    assert_eq!(detector.smoothed().unwrap().averages, [133, 0, 0]);
    assert_eq!(detector.push(&[], 2), None);
}

#[test]
fn settings_out_of_range_are_refused_with_advice() {
    let usual = DetectorSettings::default();
    let refusal = |settings, labels| Small::new(settings, labels).err().unwrap().to_string();
    assert!(refusal(usual, 0).contains("at least 1 label"));
    assert!(refusal(usual, 5).contains("5 labels, the detector has room for 4"));
    assert!(refusal(DetectorSettings { average_window_ms: 1 << 31, ..usual }, 4).contains("2147483648 ms"));
    assert!(refusal(DetectorSettings { threshold: 255, ..usual }, 4).contains("0 to 254"));
    assert!(refusal(DetectorSettings { minimum_count: 0, ..usual }, 4).contains("1 to 64"));
    assert!(refusal(DetectorSettings { minimum_count: 65, ..usual }, 4).contains("never holds more than 64"));
    assert!(refusal(DetectorSettings { ignored_labels: 0b10000, ..usual }, 4).contains("names label 4"));
    assert!(refusal(DetectorSettings { ignored_labels: 0b1111, ..usual }, 4).contains("every label is ignored"));
    assert!(Small::new(DetectorSettings { minimum_count: 64, threshold: 254, ..usual }, 4).is_ok());
    assert!(Detector::<32, 1>::new(DetectorSettings { minimum_count: 1, ..usual }, 32).is_ok());
}

#[test]
fn four_labels_cost_little() {
    assert!(size_of::<Detector<4, 51>>() <= 408 + 96);
}

#[test]
fn names_of_background_labels_are_known() {
    assert_eq!(background_labels(["silence", "unknown", "yes", "no"]), 0b0011);
    assert_eq!(background_labels(["go", "_Silence_", "_unknown_", "silences", "Noise"]), 0b10110);
    assert_eq!(background_labels([""; 40]), 0);
    assert_eq!(background_labels(["silence"; 40]), u32::MAX);
}

/// The rule once more, the slow way: every result of the stream is kept, times are never-wrapping 64-bit integers,
/// averages are real numbers.
struct Plain {
    settings: DetectorSettings,
    label_count: usize,
    room: usize,
    results: Vec<(u64, Vec<i8>)>,
    last: Option<(usize, u64)>,
}

/// What the plain rule says after one result: the averages once the window is covered, and the word if one is new.
type Verdict = (Option<Vec<u8>>, Option<(usize, u8)>);

impl Plain {
    fn push(&mut self, scores: &[i8], now: u64) -> Verdict {
        if self.results.last().is_some_and(|(time, _)| *time > now) {
            self.results.clear();
            self.last = None;
        }
        self.results.push((now, scores.to_vec()));
        let window = u64::from(self.settings.average_window_ms);
        let mut inside: Vec<_> = self.results.iter().filter(|(time, _)| time + window >= now).collect();
        let surplus = inside.len().saturating_sub(self.room);
        inside.drain(..surplus);
        let enough = inside.len() >= self.settings.minimum_count as usize;
        let covered = inside.len() == self.room || now - inside[0].0 >= window / 4;
        if !(enough && covered) {
            return (None, None);
        }
        let mean = |label: usize| {
            let total: f64 = inside.iter().map(|(_, scores)| f64::from(scores[label]) + 128.0).sum();
            (total / inside.len() as f64).floor() as u8
        };
        let averages: Vec<u8> = (0..self.label_count).map(mean).collect();
        let score = *averages.iter().max().unwrap();
        let winner = averages.iter().position(|average| *average == score).unwrap();
        let mut word = None;
        if score > self.settings.threshold {
            let news = match self.last {
                Some((label, time)) if label == winner => now - time > u64::from(self.settings.suppression_ms),
                _ => true,
            };
            if news {
                self.last = Some((winner, now));
                if (self.settings.ignored_labels & (1 << winner)) == 0 {
                    word = Some((winner, score));
                }
            }
        }
        (Some(averages), word)
    }
}

/// A small generator of even randomness (SplitMix64), so that every run tests the same streams.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// Runs one random stream through both and returns how many words were reported.
fn compare<const LABELS: usize, const RESULTS: usize>(seed: u64) -> usize {
    let mut dice = Dice(seed);
    let label_count = 1 + dice.below(LABELS as u64) as usize;
    let settings = DetectorSettings {
        average_window_ms: [0, 1, 100, 1000, 1003, 5000][dice.below(6) as usize],
        threshold: [0, 90, 150, 200, 254][dice.below(5) as usize],
        minimum_count: 1 + dice.below(RESULTS.min(6) as u64) as u32,
        suppression_ms: [0, 1, 300, 1500, u32::MAX][dice.below(5) as usize],
        ignored_labels: dice.below((1 << label_count) - 1) as u32,
    };
    let mut detector = Detector::<LABELS, RESULTS>::new(settings, label_count).unwrap();
    let mut plain = Plain { settings, label_count, room: RESULTS, results: Vec::new(), last: None };
    // A third of the streams cross the wrap of the 32-bit clock.
    let mut now = (1u64 << 32) + if dice.below(3) == 0 { 0xFFFF_F000 } else { dice.below(1 << 31) };
    let step = 1 + dice.below(200);
    let mut speaking = 0;
    let mut words = 0;
    for _ in 0..150 {
        now += match dice.below(40) {
            0 => dice.below(3000),
            1 | 2 => 0,
            _ => step,
        };
        if dice.below(150) == 0 {
            now -= 1 + dice.below(500);
        }
        if dice.below(12) == 0 {
            speaking = dice.below(label_count as u64) as usize;
        }
        let mut scores: Vec<i8> = (0..label_count).map(|_| (dice.below(60) as i64 - 128) as i8).collect();
        scores[speaking] = (dice.below(90) as i64 + 38) as i8;
        let found = detector.push(&scores, now as u32);
        let (averages, word) = plain.push(&scores, now);
        assert_eq!(detector.smoothed().map(|state| state.averages.to_vec()), averages, "seed {seed} at {now}");
        let expected = word.map(|(label, score)| Detection { label: label as u8, score, time_ms: now as u32 });
        assert_eq!(found, expected, "seed {seed} at {now}");
        words += usize::from(found.is_some());
    }
    words
}

#[test]
fn thousands_of_random_streams_agree_with_the_plain_rule() {
    let roomy: usize = (0..2000).map(compare::<4, 64>).sum();
    let tight: usize = (2000..4000).map(compare::<4, 6>).sum();
    let single: usize = (4000..5000).map(compare::<1, 1>).sum();
    let wide: usize = (5000..6000).map(compare::<12, 30>).sum();
    for words in [roomy, tight, single, wide] {
        assert!(words > 1000, "the streams hold too few words to prove anything: {words}");
    }
}
