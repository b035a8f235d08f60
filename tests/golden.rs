//! The project's own vectors, which need nothing outside the repository: operators, the front end on the clips in
//! `fixtures/wav`, and the keyword model's scores for them, all as TensorFlow Lite Micro answers.

mod support;

use std::path::{Path, PathBuf};

use micro_runtime::interpreter::Interpreter;
use support::all_options;
use support::cases::{Outcome, load};
use tinyml::aligned::AlignedBytes;
use tinyml::compile::{Options, compile};
use tinyml::host::features::stream;
use tinyml::model::Model;

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

#[test]
fn a_slice_that_leaves_its_input_ends_the_invocation() {
    let cases = load(&fixtures("ops"));
    let bytes = cases.iter().find(|case| case.name == "SLICE/int8/0").expect("there is the case").model();
    let compiled = compile(&Model::read(&bytes).unwrap(), &Options::default()).unwrap();
    let mut arena = AlignedBytes::zeroed(compiled.arena_bytes as usize);
    let mut interpreter = Interpreter::new(compiled.program(), &mut arena).unwrap();
    // A box of [2, 3] in [4, 5].
    for (begin, fits) in
        [([2, 2], true), ([0, 0], true), ([3, 0], false), ([0, 3], false), ([-1, 0], false), ([i32::MAX, 0], false)]
    {
        assert!(interpreter.set_input(1, bytemuck::bytes_of(&begin)));
        assert_eq!(interpreter.invoke().is_ok(), fits, "{begin:?}");
    }
}
