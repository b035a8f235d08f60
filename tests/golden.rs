//! The project's own vectors, which need nothing outside the repository: operators, the front end on the clips in
//! `fixtures/wav`, and the keyword model's scores for them, all as TensorFlow Lite Micro answers.

mod support;

use std::path::{Path, PathBuf};

use support::all_options;
use support::cases::{Outcome, load};
use tinyml::host::features::stream;

fn fixtures(part: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(part)
}

/// Runs every case of a folder with each kernel set, the arena shared and every tensor kept; returns how many there are.
fn run_all(folder: &Path) -> usize {
    let cases = load(folder);
    for case in &cases {
        for options in all_options() {
            match case.run(&options) {
                Outcome::Passed => {}
                Outcome::Unsupported(operator) => panic!("{}: no kernel for {operator}", case.name),
                Outcome::Failed(why) => panic!("{}: {why}", case.name),
            }
        }
    }
    cases.len()
}

#[test]
fn operators_answer_as_the_reference() {
    assert!(run_all(&fixtures("ops")) >= 100);
}

#[test]
fn the_keyword_model_scores_as_the_reference() {
    assert!(run_all(&fixtures("golden")) >= 10);
}

#[test]
fn features_are_those_of_the_reference() {
    let folder = fixtures("golden");
    let index: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("features.json")).unwrap()).unwrap();
    let wanted = std::fs::read(folder.join("features.bin")).unwrap();
    let clips = index["clips"].as_array().unwrap();
    assert!(clips.len() >= 10);
    for clip in clips {
        let name = clip["wav"].as_str().unwrap();
        let mut reader = hound::WavReader::open(fixtures("wav").join(name)).unwrap();
        let mut bytes = reader.duration().to_le_bytes().to_vec();
        reader.samples::<i16>().for_each(|sample| bytes.extend(sample.unwrap().to_le_bytes()));
        let mut found = Vec::new();
        stream(bytes.as_slice(), &mut found).unwrap();
        let rows = clip["rows"].as_u64().unwrap() as usize;
        let begin = clip["features"]["offset"].as_u64().unwrap() as usize;
        assert_eq!(found[..4], (rows as u32).to_le_bytes(), "{name}");
        assert!(found[4..] == wanted[begin..begin + rows * 40], "{name}");
    }
}
