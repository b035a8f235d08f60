//! The keyword model that ships: its manifest tells the truth, and at its default settings it hears what it should.

mod support;

use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};
use tinyml::audio::wav;
use tinyml::compile::Options;
use tinyml::host::builtin::{KEYWORD_MODEL, detector_settings};
use tinyml::host::loaded::{Loaded, hexadecimal};
use tinyml::host::scoring::score;
use tinyml::host::sound::{Heard, Settings, listen};
use tinyml::host::truth::Truth;

fn fixtures(part: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(part)
}

fn manifest() -> Value {
    serde_json::from_slice(&std::fs::read(fixtures("models/yes_no.json")).unwrap()).unwrap()
}

fn model() -> Loaded {
    Loaded::load(KEYWORD_MODEL, &Options::default()).unwrap()
}

fn samples(path: &Path) -> Vec<i16> {
    wav::read(path, wav::Options::default()).unwrap().samples
}

fn hear(model: &Loaded, samples: &[i16]) -> Heard {
    let names = model.labels.iter().map(String::as_str);
    let ignored_labels = micro_runtime::detect::background_labels(names);
    let detector = micro_runtime::detect::DetectorSettings { ignored_labels, ..detector_settings() };
    listen(model.program(), samples, &Settings { detector, stride_ms: 20, tail_ms: 1000 }).unwrap()
}

fn words(model: &Loaded, heard: &Heard) -> Vec<String> {
    heard.detections.iter().map(|found| model.label(found.label.into())).collect()
}

#[test]
fn the_manifest_describes_the_model() {
    let manifest = manifest();
    assert_eq!(manifest["sha256"], hexadecimal(&Sha256::digest(KEYWORD_MODEL)));
    assert_eq!(manifest["bytes"], KEYWORD_MODEL.len());
    assert!(KEYWORD_MODEL.len() < 17_000, "{} bytes", KEYWORD_MODEL.len());
    let labels = serde_json::from_value::<Vec<String>>(manifest["labels"].clone()).unwrap();
    assert_eq!(labels, model().labels);
}

#[test]
fn the_default_detector_is_the_one_in_the_manifest() {
    let settings = detector_settings();
    assert_eq!(manifest()["detector"]["average_ms"], settings.average_window_ms);
    assert_eq!(manifest()["detector"]["threshold"], settings.threshold);
    assert_eq!(manifest()["detector"]["suppression_ms"], settings.suppression_ms);
}

#[test]
fn every_word_of_the_talk_is_heard_and_nothing_else() {
    let model = model();
    let heard = hear(&model, &samples(&fixtures("wav/talk.wav")));
    let truth = Truth::read(&fixtures("wav/talk.json")).unwrap();
    let scored =
        score(&heard.detections, &truth, |word| model.labels[2..].iter().position(|l| l == word).map(|i| i + 2));
    assert_eq!((scored.hits(), scored.misses(), scored.false_alarms), (6, 0, vec![]));
}

#[test]
fn short_clips_are_what_their_names_say() {
    let model = model();
    let names = ["yes", "yes_rms", "yes_awb", "yes_kal16", "no", "no_rms", "no_awb", "no_kal16"];
    for name in names.into_iter().chain(["noise", "silence", "seven", "marvin", "window", "other_words"]) {
        let word = name.split('_').next().unwrap();
        let expected = if ["yes", "no"].contains(&word) { vec![word] } else { Vec::new() };
        let heard = hear(&model, &samples(&fixtures(&format!("wav/{name}.wav"))));
        assert_eq!(words(&model, &heard), expected, "{name}");
    }
}

/// White noise that is the same everywhere.
fn noise(seed: u32) -> impl FnMut() -> i32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as i32 - 32_768
    }
}

/// Recordings of people, nine times softer and in noise too, wherever they lie in three seconds.
#[test]
fn recordings_in_silence_and_in_noise_are_heard_once_each() {
    let Some(folder) = support::shared("conformance/signal/wav") else { return };
    let model = model();
    for name in ["yes", "no", "noise", "silence"] {
        let recording = samples(&folder.join(format!("{name}_1000ms.wav")));
        let expected = if ["yes", "no"].contains(&name) { vec![name] } else { Vec::new() };
        for (case, (divisor, level)) in [(1, 0), (3, 0), (9, 4), (3, 40), (1, 200)].into_iter().enumerate() {
            for shift in [0, 1_700, 3_333] {
                let mut random = noise(case as u32 + shift as u32);
                let mut around: Vec<i32> = (0..48_000).map(|_| random() * level / 32_768).collect();
                let place = around[16_000 + shift..].iter_mut();
                place.zip(&recording).for_each(|(sum, &sample)| *sum += i32::from(sample) / divisor);
                let around: Vec<i16> = around.into_iter().map(|sample| sample.clamp(-32_768, 32_767) as i16).collect();
                let heard = words(&model, &hear(&model, &around));
                assert_eq!(heard, expected, "{name} / {divisor} in noise of {level} at {shift}");
            }
        }
    }
}
