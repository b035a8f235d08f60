//! Clips through the front end, the model and the detector, held against the conformance corpus.

mod support;

use std::path::Path;
use std::process::Command;

use micro_runtime::detect::{DetectorSettings, background_labels};
use micro_runtime::pipeline::ROW_MS;
use serde::Deserialize;
use tinyml::audio::wav;
use tinyml::compile::Options;
use tinyml::host::loaded::Loaded;
use tinyml::host::sound::{Heard, Settings, listen};

const LABELS: [&str; 4] = ["silence", "unknown", "yes", "no"];

/// micro_speech as upstream ships it, which carries no labels.
fn micro_speech() -> Option<Loaded> {
    let model = support::shared("conformance/models/micro_speech_quantized/model.tflite")?;
    let options = Options { labels: LABELS.map(String::from).to_vec(), ..Options::default() };
    Some(Loaded::load(&std::fs::read(model).unwrap(), &options).unwrap())
}

fn hear(model: &Loaded, file: &Path, tail_ms: u32) -> Heard {
    let clip = wav::read(file, wav::Options::default()).unwrap();
    let ignored_labels = background_labels(model.labels.iter().map(String::as_str));
    let detector = DetectorSettings { ignored_labels, ..DetectorSettings::default() };
    listen(model.program(), &clip.samples, &Settings { detector, stride_ms: ROW_MS, tail_ms }).unwrap()
}

#[test]
fn clips_of_one_window_have_the_published_scores_and_words() {
    let Some(model) = micro_speech() else { return };
    let Some(folder) = support::shared("conformance/signal/wav") else { return };
    let clips: [(&str, [i8; 4], &[&str]); 4] = [
        ("yes", [-128, -128, 127, -128], &["yes"]),
        ("no", [-128, -114, -128, 114], &["no"]),
        ("noise", [120, -125, -126, -125], &[]),
        ("silence", [-42, -68, -68, -78], &[]),
    ];
    for (name, scores, words) in clips {
        let heard = hear(&model, &folder.join(format!("{name}_1000ms.wav")), 1_000);
        let window = heard.exact_window().expect("a second is exactly one window");
        assert_eq!(window.scores, scores, "{name}");
        let found: Vec<String> = heard.detections.iter().map(|word| model.label(word.label.into())).collect();
        assert_eq!(found, words, "{name}");
        assert_eq!((heard.features().dim(), heard.scores().dim()), ((49, 40), (1, 4)), "{name}");
        assert_eq!(heard.scores().row(0).to_vec(), scores, "{name}");
    }
}

#[derive(Deserialize)]
struct Index {
    streams: Vec<Stream>,
}

#[derive(Deserialize)]
struct Stream {
    wav: String,
    features: Golden,
    scores: Golden,
}

#[derive(Deserialize)]
struct Golden {
    file: String,
    shape: (usize, usize),
}

#[test]
fn streams_have_the_rows_and_scores_of_the_reference() {
    let Some(model) = micro_speech() else { return };
    let Some(folder) = support::shared("conformance/signal") else { return };
    let index: Index = serde_json::from_slice(&std::fs::read(folder.join("streaming.json")).unwrap()).unwrap();
    assert!(!index.streams.is_empty());
    for stream in index.streams {
        let heard = hear(&model, &folder.join(&stream.wav), 1_000);
        let golden = |golden: &Golden| std::fs::read(folder.join(&golden.file)).unwrap();
        let bytes = |values: Vec<i8>| values.into_iter().map(|value| value as u8).collect::<Vec<u8>>();
        let (features, scores, outputs) = (heard.features(), heard.scores(), heard.outputs());
        assert_eq!((features.dim(), scores.dim()), (stream.features.shape, stream.scores.shape), "{}", stream.wav);
        assert!(bytes(features.iter().copied().collect()) == golden(&stream.features), "{}: features", stream.wav);
        assert!(bytes(scores.iter().copied().collect()) == golden(&stream.scores), "{}: scores", stream.wav);
        assert!(outputs.into_raw_vec_and_offset().0 == golden(&stream.scores), "{}: outputs", stream.wav);
    }
}

#[derive(Deserialize)]
struct SpectrogramIndex {
    spectrograms: Vec<Spectrogram>,
}

#[derive(Deserialize)]
struct Spectrogram {
    name: String,
    file: String,
    scores: Vec<i8>,
}

/// Runs the command on `wav` and gives what it writes for `--features` and `--scores`.
fn files_of(model: &Path, wav: &Path) -> [Vec<u8>; 2] {
    let folder = tempfile::tempdir().unwrap();
    let files = ["features.bin", "scores.bin"].map(|name| folder.path().join(name));
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinyml"));
    command.arg("run").arg(model).args(["--labels", &LABELS.join(","), "--wav"]).arg(wav);
    let output = command.arg("--features").arg(&files[0]).arg("--scores").arg(&files[1]).output().unwrap();
    assert!(output.status.success(), "{}: {}", wav.display(), String::from_utf8_lossy(&output.stderr));
    files.map(|file| std::fs::read(file).unwrap())
}

#[test]
fn files_of_features_and_scores_are_the_goldens_byte_for_byte() {
    let Some(model) = support::shared("conformance/models/micro_speech_quantized/model.tflite") else { return };
    let Some(folder) = support::shared("conformance/signal") else { return };
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let clips: SpectrogramIndex = serde_json::from_slice(&read("spectrogram.json")).unwrap();
    let streams: Index = serde_json::from_slice(&read("streaming.json")).unwrap();
    assert!(!clips.spectrograms.is_empty() && !streams.streams.is_empty());
    for clip in clips.spectrograms {
        let [features, scores] = files_of(&model, &folder.join(format!("wav/{}.wav", clip.name)));
        let expected: Vec<u8> = clip.scores.iter().map(|&score| score as u8).collect();
        assert!(features == read(&clip.file), "{}: features", clip.name);
        assert_eq!(scores, expected, "{}: scores", clip.name);
    }
    for stream in streams.streams {
        let [features, scores] = files_of(&model, &folder.join(&stream.wav));
        assert!(features == read(&stream.features.file), "{}: features", stream.wav);
        assert!(scores == read(&stream.scores.file), "{}: scores", stream.wav);
    }
}

#[test]
fn the_tail_adds_windows_but_no_rows_to_the_clip() {
    let model = Loaded::load(tinyml::host::builtin::KEYWORD_MODEL, &Options::default()).unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/wav/yes.wav");
    let (with, without) = (hear(&model, &file, 1_000), hear(&model, &file, 0));
    assert_eq!((with.windows.len(), without.windows.len()), (51, 1));
    assert_eq!((with.features(), with.scores()), (without.features(), without.scores()));
    assert_eq!(with.windows[0], without.windows[0]);
    assert!(without.detections.is_empty() && without.tail_rows.is_empty());
    assert_eq!(with.tail_rows.len(), 50);
    let words: Vec<String> = with.detections.iter().map(|word| model.label(word.label.into())).collect();
    assert_eq!(words, ["yes"]);
}
