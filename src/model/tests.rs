//! What the reader takes from a file, and what it refuses, on models written for the purpose.

use std::time::{Duration, Instant};

use flatbuffers::FlatBufferBuilder;

use super::sample::{Code, Data, Sample, SampleOperator, SampleTensor};
use super::*;
use schema::BuiltinOptions;

/// The default sample, changed.
fn sample(change: impl FnOnce(&mut Sample)) -> Vec<u8> {
    let mut sample = Sample::default();
    change(&mut sample);
    sample.bytes()
}

/// The message with which a changed sample is refused.
fn refusal(change: impl FnOnce(&mut Sample)) -> String {
    let bytes = sample(change);
    let error = Model::read(&bytes).expect_err("the sample should have been refused");
    assert!(error.help().is_some(), "{error}");
    error.to_string()
}

fn constant(name: &'static str, shape: &[i32], tensor_type: TensorType, buffer: u32) -> SampleTensor {
    SampleTensor { name, shape: shape.to_vec(), tensor_type, buffer, ..SampleTensor::default() }
}

#[test]
fn a_plain_model() {
    let bytes = sample(|_| {});
    let model = Model::read(&bytes).unwrap();
    assert_eq!((model.version, model.description.as_str(), model.bytes), (3, "a sample", &bytes[..]));
    let [graph] = &model.subgraphs[..] else { panic!("one subgraph") };
    assert_eq!((graph.name.as_str(), &graph.inputs[..], &graph.outputs[..]), ("main", &[0][..], &[1][..]));
    let input = &graph.tensors[0];
    assert_eq!((input.name.as_str(), &input.shape[..]), ("in", &[1, 4][..]));
    assert_eq!((input.elements(), input.byte_len(), input.data), (4, Some(4), None));
    let quantization = input.quantization.as_ref().unwrap();
    assert_eq!((&quantization.scales[..], &quantization.zero_points[..]), (&[0.5][..], &[-3][..]));
    assert_eq!(quantization.channel_dimension(2), None);
    let operator = &graph.operators[0];
    assert_eq!((&operator.inputs[..], &operator.outputs[..]), (&[Some(0)][..], &[1][..]));
    assert_eq!(model.code_of(operator).name(), "RELU");
}

#[test]
fn operator_numbers_of_old_and_new_writers() {
    let bytes = sample(|s| {
        s.codes = vec![
            Code { old_number: 3, number: 0, custom: None },
            Code { old_number: 127, number: 150, custom: None },
            Code { old_number: 9, number: 9, custom: Some("ignored") },
            Code { old_number: 127, number: 4711, custom: None },
            Code { old_number: 32, number: 32, custom: Some("SignalWindow") },
        ];
    });
    let model = Model::read(&bytes).unwrap();
    let names: Vec<_> = model.operator_codes.iter().map(OperatorCode::name).collect();
    assert_eq!(names, ["CONV_2D", "GELU", "FULLY_CONNECTED", "operator 4711", "SignalWindow"]);
    assert_eq!(model.operator_codes[3].builtin, BuiltinOperator(4711));
    assert_eq!(model.operator_codes[2].custom, None);
}

#[test]
fn operator_numbers_that_cannot_be() {
    let negative = Code { old_number: -128, number: -5, custom: None };
    assert_eq!(refusal(|s| s.codes[0] = negative), "operator code 0: its number is -5, numbers start at 0");
    for custom in [None, Some("")] {
        let message = refusal(|s| s.codes[0] = Code { old_number: 32, number: 32, custom });
        assert_eq!(message, "operator code 0: it is a custom operator without a name");
    }
}

#[test]
fn constant_data_inside_and_behind() {
    let bytes = sample(|s| {
        s.buffers.extend([Data::Inside(vec![1, 2, 3, 4, 5, 6]), Data::Tail(3, 4), Data::At(1, 1), Data::At(0, 0)]);
        s.tail = vec![9, 9, 9, 10, 20, 30, 40, 9];
        s.tensors.extend([
            constant("inside", &[2, 3], TensorType::INT8, 1),
            constant("behind", &[1], TensorType::INT32, 2),
            constant("placeholder", &[7], TensorType::INT32, 3),
            constant("none", &[7], TensorType::INT32, 4),
        ]);
    });
    let model = Model::read(&bytes).unwrap();
    let data: Vec<_> = model.subgraphs[0].tensors[2..].iter().map(|tensor| tensor.data).collect();
    assert_eq!(data, [Some(&[1, 2, 3, 4, 5, 6][..]), Some(&[10, 20, 30, 40][..]), None, None]);
}

#[test]
fn data_behind_the_end_is_refused() {
    for (offset, size) in [(u64::MAX - 3, 8), (1 << 40, 4), (64, 1 << 62), (64, u64::MAX)] {
        let message = refusal(|s| s.buffers.push(Data::At(offset, size)));
        assert!(message.starts_with(&format!("buffer 1: needs {size} bytes from byte {offset} on")), "{message}");
    }
}

#[test]
fn constant_data_has_the_length_of_its_shape() {
    let message = refusal(|s| {
        s.buffers.push(Data::Inside(vec![0; 11]));
        s.tensors.push(constant("weights", &[3, 4], TensorType::INT8, 1));
    });
    let expected =
        "subgraph 0, tensor 2 (\"weights\"): its data has 11 bytes, shape [3, 4] of int8 (8 bits each) needs 12";
    assert_eq!(message, expected);

    for (tensor_type, shape, length) in [
        (TensorType::INT4, &[3, 3][..], 5),
        (TensorType::INT2, &[3, 3], 3),
        (TensorType::FLOAT32, &[], 4),
        (TensorType::INT64, &[2], 16),
        (TensorType::BOOL, &[5], 5),
        (TensorType::COMPLEX128, &[2], 32),
    ] {
        for (given, fits) in [(length - 1, false), (length, true), (length + 1, false)] {
            let bytes = sample(|s| {
                s.buffers.push(Data::Inside(vec![0; given]));
                s.tensors.push(constant("weights", shape, tensor_type, 1));
            });
            assert_eq!(Model::read(&bytes).is_ok(), fits, "{tensor_type} {shape:?} in {given} bytes");
        }
    }
}

#[test]
fn damaged_data_is_left_out_when_asked_for() {
    let bytes = sample(|s| {
        s.buffers.extend([Data::Inside(vec![1, 2, 3]), Data::At(1 << 40, 4), Data::Inside(vec![7])]);
        for (name, buffer) in [("short", 1), ("far", 2), ("whole", 3)] {
            s.tensors.push(constant(name, &[1 + (buffer == 1) as i32 * 3], TensorType::INT8, buffer));
        }
    });
    assert!(Model::read(&bytes).is_err());
    let (model, damages) = Model::read_damaged(&bytes).unwrap();
    let found: Vec<_> = damages.iter().map(|damage| (damage.tensor, damage.error.to_string())).collect();
    let far = "buffer 2: needs 4 bytes from byte 1099511627776 on, but the file ends after";
    let short = "subgraph 0, tensor 2 (\"short\"): its data has 3 bytes, shape [4] of int8 (8 bits each) needs 4";
    assert!(found.len() == 2 && found[0].0.is_none() && found[0].1.starts_with(far), "{found:?}");
    assert_eq!(found[1], (Some((0, 2)), short.to_string()));
    let data: Vec<_> = model.subgraphs[0].tensors[2..].iter().map(|tensor| (tensor.buffer, tensor.data)).collect();
    assert_eq!(data, [(1, None), (2, None), (3, Some(&[7][..]))]);
    assert_eq!(Model::read_damaged(&sample(|_| {})).unwrap().1, []);
}

#[test]
fn types_without_a_size_and_unknown_types_are_kept() {
    let bytes = sample(|s| {
        s.buffers.push(Data::Inside(vec![0; 7]));
        s.tensors.push(constant("text", &[3], TensorType::STRING, 1));
        s.tensors.push(constant("news", &[3], TensorType(99), 1));
    });
    let model = Model::read(&bytes).unwrap();
    let news = &model.subgraphs[0].tensors[3];
    assert_eq!((news.tensor_type.to_string().as_str(), news.byte_len()), ("type 99", None));
    assert_eq!(news.data.map(<[u8]>::len), Some(7));
}

#[test]
fn compressed_weights_are_named_as_such() {
    let bytes = sample(|s| {
        s.buffers.push(Data::Inside(vec![0; 7]));
        s.metadata.push(("COMPRESSION_METADATA", 1));
        s.tensors.push(constant("weights", &[90], TensorType::INT8, 1));
    });
    let help = Model::read(&bytes).unwrap_err().help().unwrap();
    assert!(help.contains("COMPRESSION_METADATA"), "{help}");
}

#[test]
fn quantisation_per_channel() {
    let bytes = sample(|s| {
        s.tensors[1].scales = vec![0.5, 0.25, 0.125, 1.0];
        s.tensors[1].zero_points = vec![0; 4];
        s.tensors[1].dimension = 1;
        s.tensors[0].scales = vec![0.5, 0.25];
        s.tensors[0].dimension = -7;
    });
    let model = Model::read(&bytes).unwrap();
    let [wild, good] = &model.subgraphs[0].tensors[..] else { panic!("two tensors") };
    let good = good.quantization.as_ref().unwrap();
    assert_eq!((good.scales.len(), good.channel_dimension(2), good.channel_dimension(1)), (4, Some(1), None));
    assert_eq!(wild.quantization.as_ref().unwrap().channel_dimension(2), None);
}

#[test]
fn shapes() {
    let bytes = sample(|s| {
        s.tensors[0].signature = Some(vec![-1, 4]);
        s.tensors[1].shape = vec![];
    });
    let model = Model::read(&bytes).unwrap();
    let tensors = &model.subgraphs[0].tensors;
    assert_eq!((tensors[0].shape_signature.as_deref(), tensors[1].elements()), (Some(&[-1, 4][..]), 1));

    let message = refusal(|s| s.tensors[0].shape = vec![1, -1]);
    assert_eq!(message, "subgraph 0, tensor 0 (\"in\"): its size in dimension 1 is -1, it must be 0 or more");
    for shape in [vec![i32::MAX, i32::MAX], vec![0, 65_536, 65_536], vec![65_536; 300]] {
        let message = refusal(|s| s.tensors[0].shape = shape);
        assert!(message.contains("has more than 2147483647 elements") && message.len() < 200, "{message}");
    }
    let empty = sample(|s| s.tensors[0].shape = vec![1, 0]);
    assert_eq!(Model::read(&empty).unwrap().subgraphs[0].tensors[0].byte_len(), Some(0));
}

#[test]
fn numbers_that_point_nowhere() {
    let nowhere = "tensor 7 does not exist, there are 2 tensors (0 to 1)";
    assert_eq!(refusal(|s| s.inputs = vec![0, 7]), format!("subgraph 0, input 1: {nowhere}"));
    assert_eq!(refusal(|s| s.outputs = vec![7]), format!("subgraph 0, output 0: {nowhere}"));
    let operator = "subgraph 0, operator 0 (RELU)";
    assert_eq!(refusal(|s| s.operators[0].inputs = vec![7]), format!("{operator}, input 0: {nowhere}"));
    assert_eq!(refusal(|s| s.operators[0].outputs = vec![7]), format!("{operator}, output 0: {nowhere}"));
    assert_eq!(refusal(|s| s.operators[0].intermediates = vec![7]), format!("{operator}, intermediate 0: {nowhere}"));
    assert!(refusal(|s| s.operators[0].outputs = vec![-1]).contains("tensor -1"));
    assert!(refusal(|s| s.operators[0].inputs = vec![-2]).contains("tensor -2"));
    assert!(refusal(|s| s.inputs = vec![-1]).contains("tensor -1"));
    assert_eq!(
        refusal(|s| s.operators[0].code = 1),
        "subgraph 0, operator 0: operator code 1 does not exist, there is 1 operator code (0)"
    );
    assert_eq!(
        refusal(|s| s.tensors[0].buffer = 1),
        "subgraph 0, tensor 0 (\"in\"): buffer 1 does not exist, there is 1 buffer (0)"
    );
    assert_eq!(
        refusal(|s| s.metadata.push(("labels", 5))),
        "metadata 0 (\"labels\"): buffer 5 does not exist, there is 1 buffer (0)"
    );
    assert_eq!(
        refusal(|s| s.signatures.push(("serve", 0, vec![("x", 0), ("y", 9)], vec![]))),
        "signature 0 (\"serve\"), input 1 (\"y\"): tensor 9 does not exist, there are 2 tensors (0 to 1)"
    );
    assert_eq!(
        refusal(|s| s.signatures.push(("serve", 1, vec![], vec![]))),
        "signature 0 (\"serve\"): subgraph 1 does not exist, there is 1 subgraph (0)"
    );
    assert_eq!(
        refusal(|s| s.operators[0].mutating = vec![true, false]),
        "subgraph 0, operator 0 (RELU): mutating_variable_inputs has 2 entries, the operator has 1 input"
    );
}

#[test]
fn an_input_left_out() {
    let bytes = sample(|s| {
        s.operators[0] = SampleOperator {
            inputs: vec![0, -1],
            outputs: vec![1],
            intermediates: vec![-1, 1],
            mutating: vec![false, true],
            ..SampleOperator::default()
        };
    });
    let model = Model::read(&bytes).unwrap();
    let operator = &model.subgraphs[0].operators[0];
    assert_eq!(operator.inputs, [Some(0), None]);
    assert_eq!(operator.intermediates, [None, Some(1)]);
    assert_eq!(operator.mutating_variable_inputs, [false, true]);
}

#[test]
fn subgraphs_that_operators_call() {
    let bytes = |subgraphs| {
        sample(|s| {
            s.subgraphs = subgraphs;
            s.codes[0] = Code { old_number: 118, number: 118, custom: None };
            s.operators[0].options = Some(|builder: &mut FlatBufferBuilder<'_>| {
                let args = schema::IfOptionsArgs { then_subgraph_index: 1, else_subgraph_index: 2 };
                (BuiltinOptions::IfOptions, schema::IfOptions::create(builder, &args).as_union_value())
            });
        })
    };
    let three = bytes(3);
    let model = Model::read(&three).unwrap();
    let options = model.subgraphs[0].operators[0].table.builtin_options_as_if_options().unwrap();
    assert_eq!((model.subgraphs.len(), options.else_subgraph_index()), (3, 2));
    assert_eq!(
        Model::read(&bytes(2)).unwrap_err().to_string(),
        "subgraph 0, operator 0 (IF), else branch: subgraph 2 does not exist, there are 2 subgraphs (0 to 1)"
    );
    assert_eq!(refusal(|s| s.subgraphs = 0), "the file: it has no subgraph, so there is nothing to run");
}

#[test]
fn custom_options_inside_and_behind() {
    let bytes = |options| {
        sample(|s| {
            s.codes[0] = Code { old_number: 32, number: 32, custom: Some("Mine") };
            s.operators[0].custom_options = Some(options);
            s.tail = vec![0, 0, 1, 2, 3];
        })
    };
    let inside = bytes(Data::Inside(vec![4, 5]));
    assert_eq!(Model::read(&inside).unwrap().subgraphs[0].operators[0].custom_options, [4, 5]);
    let behind = bytes(Data::Tail(2, 3));
    assert_eq!(Model::read(&behind).unwrap().subgraphs[0].operators[0].custom_options, [1, 2, 3]);
    let outside = bytes(Data::Tail(2, 4));
    let message = Model::read(&outside).unwrap_err().to_string();
    assert!(message.starts_with("subgraph 0, operator 0 (Mine), custom options: needs 4 bytes"), "{message}");
}

#[test]
fn signatures_and_metadata() {
    let bytes = sample(|s| {
        s.buffers.push(Data::Inside(b"yes\nno\n".to_vec()));
        s.metadata = vec![("labels", 1), ("nothing", 0)];
        s.signatures = vec![("serving_default", 0, vec![("audio", 0)], vec![("scores", 1)])];
    });
    let model = Model::read(&bytes).unwrap();
    assert_eq!(model.metadata_named("labels"), Some(&b"yes\nno\n"[..]));
    assert_eq!(model.metadata_named("nothing"), Some(&[][..]));
    assert_eq!(model.metadata_named("other"), None);
    let expected = Signature {
        key: "serving_default".into(),
        subgraph: 0,
        inputs: vec![SignatureTensor { name: "audio".into(), tensor: 0 }],
        outputs: vec![SignatureTensor { name: "scores".into(), tensor: 1 }],
    };
    assert_eq!(model.signatures, [expected]);
}

#[test]
fn other_versions_and_other_files_are_refused() {
    assert_eq!(refusal(|s| s.version = 2), "the file: its layout has version 2, version 3 is needed");
    assert!(refusal(|s| s.tensors[0].external_buffer = 1).contains("in another file"));
    for (bytes, found) in [
        (&b""[..], "the file is empty"),
        (b"TFL3", "it has 4 bytes"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"PK\x03\x04....", "zip archive"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
        (b"<!DOCTYPE html>", "web page"),
        (b"\0\0\0\0\x1b[2Jxxx", "\"\\x1b[2J\""),
    ] {
        let error = Model::read(bytes).unwrap_err();
        assert!(matches!(error, ReadError::NotAModel { .. }) && error.help().is_some(), "{error}");
        assert!(error.to_string().contains(found), "{error}");
    }
}

#[test]
fn names_in_messages_are_harmless() {
    let message = refusal(|s| {
        s.tensors[0].name = "\x1b[31mevil\nname that goes on and on and on and on and on and on and on and on and on";
        s.tensors[0].buffer = 3;
    });
    assert!(!message.contains(['\x1b', '\n']) && message.contains("..."), "{message}");
}

#[test]
fn a_model_of_many_tensors_is_read() {
    let bytes = sample(|s| {
        s.buffers = (0..12_000).map(|i| Data::Inside(vec![i as u8; 256])).collect();
        s.tensors = (0..12_000).map(|i| constant("layer/weights", &[64, 4], TensorType::INT8, i)).collect();
        let operator = SampleOperator { inputs: vec![0, 1, 2], outputs: vec![3], ..SampleOperator::default() };
        s.operators = vec![operator; 4_000];
    });
    let model = Model::read(&bytes).unwrap();
    assert_eq!(model.subgraphs[0].tensors.len(), 12_000);
    assert_eq!(model.subgraphs[0].tensors[11_999].data.map(|data| data[0]), Some((11_999 % 256) as u8));
}

/// A file in which every list of tensors and of subgraphs repeats a single one.
fn repeating(name: &str, dimensions: usize, tensors: usize, subgraphs: usize) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::new();
    let args = schema::TensorArgs {
        name: Some(builder.create_string(name)),
        shape: Some(builder.create_vector(&vec![1; dimensions])),
        ..schema::TensorArgs::default()
    };
    let tensor = schema::Tensor::create(&mut builder, &args);
    let tensors = Some(builder.create_vector(&vec![tensor; tensors]));
    let args = schema::SubGraphArgs { tensors, ..schema::SubGraphArgs::default() };
    let subgraph = schema::SubGraph::create(&mut builder, &args);
    let subgraphs = Some(builder.create_vector(&vec![subgraph; subgraphs]));
    let args = schema::ModelArgs { version: 3, subgraphs, ..schema::ModelArgs::default() };
    let model = schema::Model::create(&mut builder, &args);
    schema::finish_model_buffer(&mut builder, model);
    builder.finished_data().to_vec()
}

#[test]
fn small_files_that_unfold_to_much_are_refused_quickly() {
    let modest = repeating("t", 2, 3, 2);
    assert_eq!(Model::read(&modest).unwrap().subgraphs.len(), 2);
    let long_name = "n".repeat(20_000);
    for (what, bytes) in [
        ("names", repeating(&long_name, 0, 5_000, 1)),
        ("shapes", repeating("", 5_000, 5_000, 1)),
        ("tensors", repeating("", 0, 10_000, 10_000)),
    ] {
        let start = Instant::now();
        let error = Model::read(&bytes).unwrap_err();
        assert!(matches!(error, ReadError::Damaged { .. }), "{what}: {error}");
        assert!(start.elapsed() < Duration::from_secs(1), "{what}: took {:?}", start.elapsed());
    }
}

#[test]
fn offsets_that_lead_back_are_refused() {
    let bytes = sample(|_| {});
    let list = |position: usize| position + u32::from_le_bytes(bytes[position..][..4].try_into().unwrap()) as usize;
    // The root table lists its subgraphs in the third field, whose place is the fifth number of the layout.
    let root = list(0);
    let layout = root.wrapping_add_signed(-i32::from_le_bytes(bytes[root..][..4].try_into().unwrap()) as isize);
    let field = u16::from_le_bytes(bytes[layout + 8..][..2].try_into().unwrap()) as usize;
    let entry = list(root + field) + 4;
    assert!(Model::read(&bytes).is_ok());
    for wrong in [0, 0xffff_fffc, 0x8000_0000, (root as u32).wrapping_sub(entry as u32)] {
        let mut damaged = bytes.clone();
        damaged[entry..][..4].copy_from_slice(&u32::to_le_bytes(wrong));
        let error = Model::read(&damaged).err().unwrap_or_else(|| panic!("offset {wrong:#x} is read"));
        assert!(error.help().is_some());
    }
}
