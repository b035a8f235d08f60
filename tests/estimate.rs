//! Estimates against what others published about known models.

mod support;

use tinyml::compile::{Options, compile};
use tinyml::estimate::macs;
use tinyml::estimate::what_if::{Change, WhatIf, what_if};
use tinyml::model::Model;

#[test]
fn multiply_accumulates_agree_with_the_published_counts() {
    let Some(folder) = support::shared("conformance/models") else { return };
    let published = [
        ("micro_speech_quantized", 336_000),
        ("hello_world_int8", 288),
        ("kws_ref_model", 2_656_768),
        ("vww_96_int8", 7_489_664),
        ("pretrainedResnet_quant", 12_501_632),
        ("ad01_int8", 264_192),
        ("person_detect", 7_157_888),
    ];
    for (name, expected) in published {
        let bytes = std::fs::read(folder.join(name).join("model.tflite")).unwrap();
        let model = Model::read(&bytes).unwrap();
        let graph = &model.subgraphs[0];
        let of = |operator| macs::of_operator(&model, graph, operator);
        assert_eq!(graph.operators.iter().map(of).sum::<u64>(), expected, "{name}");
    }
}

#[test]
fn an_int8_model_takes_what_the_float_model_was_told_it_would() {
    let Some(folder) = support::shared("conformance/models") else { return };
    let read = |name: &str| std::fs::read(folder.join(name).join("model.tflite")).unwrap();
    let (float, int8) = (read("hello_world_float"), read("hello_world_int8"));
    let (float, int8) = (Model::read(&float).unwrap(), Model::read(&int8).unwrap());
    let arena_bytes = compile(&int8, &Options::default()).unwrap().arena_bytes;
    let told = what_if(&float, &compile(&float, &Options::default()).unwrap());
    assert_eq!(told.first(), Some(&WhatIf { change: Change::Int8Tensors, arena_bytes }));
}

/// The first block of the network: op 3 adds the output of op 0 to that of op 2.
#[test]
fn what_is_kept_for_a_skip_connection_is_told() {
    let Some(folder) = support::shared("conformance/models") else { return };
    let bytes = std::fs::read(folder.join("pretrainedResnet_quant/model.tflite")).unwrap();
    let model = Model::read(&bytes).unwrap();
    let compiled = compile(&model, &Options::default()).unwrap();
    let told = what_if(&model, &compiled);
    let skip = told.iter().find(|what_if| matches!(what_if.change, Change::NoSkip { reader: 3, .. })).unwrap();
    // Without it, two tensors of 32 x 32 x 16 are the most that is alive, at ops 1 and 2.
    assert_eq!(skip.arena_bytes, 2 * 32 * 32 * 16);
}

#[test]
fn what_is_alive_lies_in_the_arena_and_fills_it_at_the_peak() {
    let Some(folder) = support::shared("conformance/models") else { return };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path().join("model.tflite");
        let bytes = std::fs::read(&path).unwrap();
        let model = Model::read(&bytes).unwrap();
        for keep_all_tensors in [false, true] {
            let compiled = compile(&model, &Options { keep_all_tensors, ..Options::default() }).unwrap();
            let map = &compiled.memory;
            let end = map.buffers.iter().map(|buffer| buffer.offset + buffer.bytes).max();
            assert_eq!(end, Some(compiled.arena_bytes), "{}", path.display());
            let (step, most) = map.peak().unwrap();
            assert!(most <= compiled.arena_bytes && map.alive(step).count() > 0, "{}", path.display());
            if compiled.arena_bytes == compiled.lower_bound_bytes && !keep_all_tensors {
                assert!(most + 16 > compiled.arena_bytes, "{}: {most}", path.display());
            }
            assert_eq!(compiled.sizes.total() as usize, compiled.bytes.len(), "{}", path.display());
            let ops = map.steps.iter().flatten().count();
            assert!(ops >= compiled.ops.len(), "{}", path.display());
            assert!(what_if(&model, &compiled).is_sorted_by_key(|what_if| what_if.arena_bytes));
        }
    }
}

/// Worked out by hand: the input has 1,960 bytes, the convolution's output 4,000, of which the window needs all but
/// 1,796 beside the input; the scores have 4 bytes.
#[test]
fn live_bytes_of_micro_speech_are_true() {
    let Some(folder) = support::shared("conformance/models") else { return };
    let bytes = std::fs::read(folder.join("micro_speech_quantized/model.tflite")).unwrap();
    let compiled = compile(&Model::read(&bytes).unwrap(), &Options::default()).unwrap();
    assert_eq!(compiled.memory.live_bytes(), [1960, 4164, 4004, 8, 4]);
}
