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

/// Runs a model of `fixtures/ops` with each of some values for input 1, and requires it to end as it should.
fn invoke_with<const N: usize>(name: &str, values: &[([i32; N], bool)]) {
    let cases = load(&fixtures("ops"));
    let bytes = cases.iter().find(|case| case.name == name).expect("there is the case").model();
    let compiled = compile(&Model::read(&bytes).unwrap(), &Options::default()).unwrap();
    let mut arena = AlignedBytes::zeroed(compiled.arena_bytes as usize);
    let mut interpreter = Interpreter::new(compiled.program(), &mut arena).unwrap();
    for (value, fits) in values {
        assert!(interpreter.set_input(1, bytemuck::bytes_of(value)));
        assert_eq!(interpreter.invoke().is_ok(), *fits, "{name} {value:?}");
    }
}

#[test]
fn a_slice_that_leaves_its_input_ends_the_invocation() {
    // A box of [2, 3] in [4, 5].
    let outside = [[3, 0], [0, 3], [-1, 0], [i32::MAX, 0]].map(|begin| (begin, false));
    invoke_with("SLICE/int8/0", &[&[([2, 2], true), ([0, 0], true)][..], &outside].concat());
}

#[test]
fn an_axis_that_does_not_fit_ends_the_invocation() {
    let two = [([0], true), ([-2], true), ([1], true), ([2], false), ([-3], false), ([i32::MIN], false)];
    invoke_with("CUMSUM/int8/0", &two);
    invoke_with("REVERSE_V2/int8/0", &two);
    invoke_with("ARG_MAX/int8/0", &two);
    invoke_with("ARG_MIN/int8/0", &two);
    // Of [2, 5, 2, 5], the output has [5, 2, 5].
    invoke_with("ARG_MAX/int8/3", &[([0], true), ([2], true), ([1], false), ([-1], false)]);
    // Two axes of three.
    invoke_with("REVERSE_V2/float32/1", &[([1, 0], true), ([-1, 1], true), ([0, 2], false), ([1, -2], false)]);
}

#[test]
fn axes_that_do_not_fit_the_output_end_the_invocation() {
    // Of [4, 4, 3], the output has 12 elements.
    let one = [([0], true), ([-3], true), ([1], true), ([2], false), ([3], false), ([-4], false), ([i32::MIN], false)];
    for name in ["MEAN/int8", "MEAN/int16", "SUM/float32", "REDUCE_MAX/float32", "REDUCE_MIN/int8", "REDUCE_ALL/bool"] {
        invoke_with(&format!("{name}/any_axes/0"), &one);
        // Of [3, 5, 3], the output has 3; an axis may be named twice.
        let two = [([0, 1], true), ([2, -2], true), ([0, 2], false), ([1, 1], false), ([0, i32::MAX], false)];
        invoke_with(&format!("{name}/any_axes/1"), &two);
    }
}

#[test]
fn borders_that_do_not_fit_end_the_invocation() {
    // [4, 5] becomes [7, 7], and the edge is not repeated.
    let fitting = [[0, 3, 1, 1], [3, 0, 2, 0]].map(|borders| (borders, true));
    let others =
        [[0, 2, 1, 1], [4, -1, 1, 1], [0, 3, 1, 2], [i32::MAX, i32::MIN, 1, 1]].map(|borders| (borders, false));
    invoke_with("MIRROR_PAD/int8/0", &[&fitting[..], &others].concat());
}

#[test]
fn blocks_that_do_not_fit_end_the_invocation() {
    // [1, 4, 4, 2] and [4, 2, 2, 2]; nothing sets the borders, which are 0.
    let others = [[4, 1], [1, 4], [0, 0], [-2, -2], [i32::MAX, 2]].map(|block| (block, false));
    for name in ["SPACE_TO_BATCH_ND/int8/0", "BATCH_TO_SPACE_ND/int8/0"] {
        invoke_with(name, &[&[([2, 2], true)][..], &others].concat());
    }
}
