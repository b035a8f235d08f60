//! The reader of models against real files, generated ones, hostile ones and damaged ones.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tinyml::model::{BuiltinOperator, CustomOptions, Model, ReadError};

/// The conformance data, which lies beside the repository.
fn conformance() -> Option<PathBuf> {
    let shared = std::env::var_os("TINYML_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("conformance");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {} is absent; set TINYML_SHARED to the folder of shared data", folder.display());
    None
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    paths.sort();
    paths
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The whole models of the conformance data with their names.
fn whole_models(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut folders: Vec<_> =
        std::fs::read_dir(folder.join("models")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
        .into_iter()
        .map(|path| {
            let bytes = std::fs::read(path.join("model.tflite")).unwrap();
            (path.file_name().unwrap().to_string_lossy().into_owned(), bytes)
        })
        .collect()
}

/// Looks at everything a model holds, as its users would.
fn walk(model: &Model<'_>) -> usize {
    let mut seen = 0;
    for graph in &model.subgraphs {
        for tensor in &graph.tensors {
            seen += tensor.elements() + tensor.byte_len().unwrap_or(0) + tensor.data.map_or(0, <[u8]>::len);
            seen += tensor.tensor_type.to_string().len();
            if let Some(quantization) = &tensor.quantization {
                seen += quantization.channel_dimension(tensor.shape.len()).unwrap_or(0);
            }
            if let Some(sparsity) = &tensor.sparsity {
                seen += sparsity
                    .dim_metadata()
                    .map_or(0, |list| list.iter().filter(|entry| entry.dense_size() > 0).count());
            }
        }
        for &number in graph.inputs.iter().chain(&graph.outputs) {
            seen += graph.tensors[number].name.len();
        }
        for operator in &graph.operators {
            seen += model.code_of(operator).name().len();
            for &number in operator.inputs.iter().chain(&operator.intermediates).flatten().chain(&operator.outputs) {
                seen += graph.tensors[number].name.len();
            }
            if let Some(options) = operator.table.builtin_options_as_conv_2_doptions() {
                seen += options.stride_w() as usize & 1;
            }
            if let Ok(options) = CustomOptions::read(operator.custom_options) {
                for name in options.names() {
                    seen += usize::from(options.int(name).is_ok()) + options.ints(name).map_or(0, <[i64]>::len);
                }
            }
        }
    }
    for signature in &model.signatures {
        for entry in signature.inputs.iter().chain(&signature.outputs) {
            seen += model.subgraphs[signature.subgraph].tensors[entry.tensor].name.len() + entry.name.len();
        }
    }
    seen + model.metadata.iter().map(|entry| entry.data.len()).sum::<usize>()
}

/// Reads `bytes`, which may be anything, within a time that nobody would notice.
fn survives(what: &str, bytes: &[u8]) -> Result<usize, ReadError> {
    let start = Instant::now();
    let result = Model::read(bytes).map(|model| walk(&model));
    let took = start.elapsed();
    assert!(took < Duration::from_secs(1), "{what}: took {took:?}");
    if let Err(error) = &result {
        let text = error.to_string();
        assert!(!text.is_empty() && text.len() < 600 && !text.contains('\n'), "{what}: {text}");
    }
    result
}

#[test]
fn whole_models_are_read() {
    let Some(folder) = conformance() else { return };
    for (name, bytes) in whole_models(&folder) {
        let model = Model::read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!model.subgraphs[0].operators.is_empty(), "{name}");
        assert_eq!(model.version, 3);
        walk(&model);
    }
}

#[test]
fn every_operator_case_is_read() {
    let Some(folder) = conformance() else { return };
    let mut count = 0;
    for index in files(&folder.join("ops"), "json") {
        let cases = json(&index);
        let mut loaded: Option<(String, Vec<u8>)> = None;
        for case in cases["cases"].as_array().unwrap() {
            let name = case["name"].as_str().unwrap();
            let file = case["model"]["file"].as_str().unwrap();
            if loaded.as_ref().is_none_or(|(other, _)| other != file) {
                loaded = Some((file.to_owned(), std::fs::read(folder.join("ops").join(file)).unwrap()));
            }
            let (_, bytes) = loaded.as_ref().unwrap();
            let start = case["model"]["offset"].as_u64().unwrap() as usize;
            let length = case["model"]["length"].as_u64().unwrap() as usize;
            let model = Model::read(&bytes[start..start + length]).unwrap_or_else(|error| panic!("{name}: {error}"));
            let graph = &model.subgraphs[0];
            for (list, role) in [(&graph.inputs, "inputs"), (&graph.outputs, "outputs")] {
                let described = case[role].as_array().unwrap();
                assert_eq!(list.len(), described.len(), "{name}: {role}");
                for (&number, described) in list.iter().zip(described) {
                    let tensor = &graph.tensors[number];
                    assert_eq!(tensor.tensor_type.to_string(), described["dtype"].as_str().unwrap(), "{name}");
                    assert_eq!(serde_json::json!(tensor.shape), described["shape"], "{name}");
                }
            }
            walk(&model);
            count += 1;
        }
    }
    assert!(count > 2000, "only {count} cases");
}

/// Hostile files that the reader can judge, each with words its refusal has to contain. The others are files whose
/// parts fit together and that no kernel can run.
const REFUSED: &[(&str, &str)] = &[
    ("buffer_data_huge", "buffer 1, data: needs 4294967295 bytes"),
    ("buffer_vector_huge", "buffers: needs 3680 bytes"),
    ("builtin_negative", "operator code 0: its number is -5"),
    ("custom_without_name", "operator code 0: it is a custom operator without a name"),
    ("fc_weights_mismatch", "tensor 1 (\"t1\"): its data has 136 bytes, shape [8, 30] of int8 (8 bits each) needs 240"),
    ("flipped_bytes", "operator code 0: needs 4 bytes from byte 588 on, but the file ends after 536 bytes"),
    ("graph_output_out_of_range", "output 0: tensor 2147483647 does not exist, there are 3 tensors (0 to 2)"),
    ("if_subgraph_out_of_range", "operator 0 (IF), then branch: subgraph 2147483647 does not exist"),
    ("offset_unaligned", "subgraph 0: the i32 number at byte 103 is not at a multiple of its size"),
    ("op_output_out_of_range", "operator 0 (CONV_2D), output 0: tensor 4 does not exist"),
    ("opcode_index_out_of_range", "operator 0: operator code 1 does not exist"),
    ("random_noise", "an offset leads to byte 2049735511"),
    ("reshape_two_unknowns", "tensor 2 (\"out0\"): its size in dimension 0 is -1"),
    ("root_offset_past_end", "the i32 number at byte 783 is not at a multiple of its size"),
    ("root_offset_zero", "its bytes and its layout are not two things"),
    ("root_vtable_far", "the offset -1016 at byte 8 leads out of the file of 1016 bytes"),
    ("root_vtable_self", "its bytes and its layout are not two things"),
    ("scale_vector_huge", "tensor 0, quantization, scale: needs 8589934588 bytes"),
    ("shape_vector_huge", "tensor 0, shape: needs 17179869180 bytes"),
    ("vtable_entry_wild", "subgraphs: an offset leads to byte 32774"),
    ("weights_too_long", "tensor 1 (\"t1\"): its data has 296 bytes"),
    ("weights_too_short", "tensor 1 (\"t1\"): its data has 81 bytes"),
    ("wrong_identifier", "bytes 4 to 7 should be \"TFL3\" and are \"ABCD\""),
    ("zeroed_span", "version 0"),
];

#[test]
fn hostile_files_are_refused_or_survived() {
    let Some(folder) = conformance() else { return };
    let index = json(&folder.join("malformed/index.json"));
    let mut refused = 0;
    for entry in index["files"].as_array().unwrap() {
        let file = entry["file"].as_str().unwrap();
        let name = file.strip_suffix(".tflite").unwrap();
        let bytes = std::fs::read(folder.join("malformed").join(file)).unwrap();
        let result = survives(name, &bytes);
        match (REFUSED.iter().find(|(known, _)| *known == name), result) {
            (None, Ok(_)) => {}
            (None, Err(error)) => panic!("{name} should be readable: {error}"),
            (Some(_), Ok(_)) => panic!("{name} should be refused"),
            (Some((_, words)), Err(error)) => {
                assert!(error.to_string().contains(words), "{name}: {error}");
                assert!(error.help().is_some(), "{name}: no advice");
                refused += 1;
            }
        }
    }
    assert_eq!(refused, REFUSED.len());
}

#[test]
fn truncated_files_are_refused_or_survived() {
    let Some(folder) = conformance() else { return };
    for (name, bytes) in whole_models(&folder) {
        // Every seventh byte of small models, and about 3000 lengths of large ones, each prime to the alignment.
        let step = (bytes.len() / 3000).max(7) | 1;
        let mut refused = 0;
        for length in (0..bytes.len()).step_by(step) {
            refused += usize::from(survives(&format!("{name}, {length} bytes"), &bytes[..length]).is_err());
        }
        // The last bytes can be padding.
        let lengths = bytes.len().div_ceil(step);
        assert!(refused + 1 >= lengths, "{name}: only {refused} of {lengths} truncated files are refused");
    }
}

/// A small generator of the same numbers on every machine (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 16) as usize % limit
    }
}

#[test]
fn changed_bytes_are_refused_or_survived() {
    let Some(folder) = conformance() else { return };
    let mut random = Random(0x7f4a_7c15_9e37_79b9);
    let (mut read, mut refused) = (0, 0);
    for (name, bytes) in whole_models(&folder) {
        let rounds = if bytes.len() < 20_000 { 1500 } else { 300 };
        for round in 0..rounds {
            let mut changed = bytes.clone();
            for _ in 0..1 + random.below(8) {
                let at = random.below(changed.len());
                match random.below(4) {
                    0 => changed[at] ^= 1 << random.below(8),
                    1 => changed[at] = random.next() as u8,
                    2 => changed[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
                    _ => {
                        let (at, from) = (at & !3, random.below(bytes.len()) & !3);
                        let count = 4.min(bytes.len() - at.max(from));
                        changed[at..at + count].copy_from_slice(&bytes[from..from + count]);
                    }
                }
            }
            match survives(&format!("{name}, round {round}"), &changed) {
                Ok(_) => read += 1,
                Err(_) => refused += 1,
            }
        }
    }
    assert!(read > 100 && refused > 100, "{read} read, {refused} refused: the changes miss what they should hit");
}

#[test]
fn options_of_the_audio_operators() {
    let Some(folder) = conformance() else { return };
    let bytes = std::fs::read(folder.join("models/audio_preprocessor_int8/model.tflite")).unwrap();
    let model = Model::read(&bytes).unwrap();
    let options = |name: &str| {
        let operators = &model.subgraphs[0].operators;
        let operator = operators.iter().find(|operator| model.code_of(operator).name() == name);
        let operator = operator.unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(model.code_of(operator).builtin, BuiltinOperator::CUSTOM);
        CustomOptions::read(operator.custom_options).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    assert_eq!(options("SignalWindow").int("shift"), Ok(12));
    assert_eq!(options("SignalRfft").int("fft_length"), Ok(512));
    assert_eq!(options("SignalEnergy").int("end_index"), Ok(241));
    assert_eq!(options("SignalFilterBankSquareRoot").names().count(), 0);
    let subtraction = options("SignalFilterBankSpectralSubtraction");
    assert_eq!(subtraction.int("alternate_one_minus_smoothing"), Ok(15_401));
    assert_eq!(subtraction.bool("clamping"), Ok(false));
    assert_eq!(subtraction.names().count(), 9);
}
