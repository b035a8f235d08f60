//! Estimates against what others published about known models.

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use micro_runtime::program::KernelSet;
use tinyml::compile::{Options, compile};
use tinyml::estimate::instructions::{FITTED, instructions, terms};
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

/// The rows of the file of counts: model, kernel set, operator, kernel, terms, instructions.
fn counts() -> Vec<(String, String, usize, String, Vec<f64>, f64)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/firmware/op_counts.csv");
    let text = std::fs::read_to_string(file).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let [model, kernel_set, operator, kernel, numbers @ ..] = cells.as_slice() else { panic!("{line}") };
        let numbers: Vec<f64> = numbers.iter().map(|cell| cell.parse().unwrap()).collect();
        let (instructions, terms) = numbers.split_last().unwrap();
        let operator = operator.parse().unwrap();
        (model.to_string(), kernel_set.to_string(), operator, kernel.to_string(), terms.to_vec(), *instructions)
    };
    text.lines().skip(1).map(row).collect()
}

#[test]
fn counted_models_take_what_the_estimate_says() {
    let Some(folder) = support::shared("conformance/models") else { return };
    let mut counted: BTreeMap<(String, String), f64> = BTreeMap::new();
    for (model, kernel_set, _, _, _, instructions) in counts() {
        *counted.entry((model, kernel_set)).or_default() += instructions;
    }
    let mut compared = 0;
    for ((name, set_name), counted) in counted {
        let Ok(bytes) = std::fs::read(folder.join(&name).join("model.tflite")) else { continue };
        let model = Model::read(&bytes).unwrap();
        let kernel_set = if set_name == "armv7em" { KernelSet::Armv7em } else { KernelSet::Generic };
        let compiled = compile(&model, &Options { kernel_set, ..Options::default() }).unwrap();
        let estimated = instructions(&model, &compiled).unwrap();
        if !estimated.unknown.is_empty() {
            continue;
        }
        let total = estimated.total;
        assert!(total.low <= total.estimate && total.estimate <= total.high);
        assert!((total.low..=total.high).contains(&counted), "{name} {set_name}: {counted} counted, {total:?}");
        assert!((total.estimate / counted - 1.0).abs() < 0.15, "{name} {set_name}: {counted} counted, {total:?}");
        compared += 1;
    }
    assert!(compared >= 10, "{compared}");
}

/// The script that fits has its own copy of the rule; both must see the same in a model.
#[test]
fn terms_are_those_that_the_fit_was_made_with() {
    let Some(folder) = support::shared("conformance/models") else { return };
    let mut compared = 0;
    for (name, _, operator, _, expected, _) in counts() {
        let Ok(bytes) = std::fs::read(folder.join(&name).join("model.tflite")) else { continue };
        let model = Model::read(&bytes).unwrap();
        let graph = &model.subgraphs[0];
        assert_eq!(terms(&model, graph, &graph.operators[operator]).to_vec(), expected, "{name}, operator {operator}");
        compared += 1;
    }
    assert!(compared > 100);
}

#[test]
fn fitted_weights_are_those_of_kernels_that_exist_and_were_counted() {
    let rows = counts();
    for fitted in FITTED {
        assert!(fitted.weights.iter().all(|&weight| weight >= 0.0) && fitted.error >= 0.0, "{}", fitted.kernel);
        let models: std::collections::BTreeSet<_> =
            rows.iter().filter(|row| row.3 == fitted.kernel).map(|row| &row.0).collect();
        assert_eq!(models.len(), fitted.models as usize, "{}", fitted.kernel);
    }
    assert!(FITTED.is_sorted_by_key(|fitted| fitted.kernel));
}
