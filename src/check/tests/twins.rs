//! The faults: what is wrong, what is said about it, and the model to put it in.

mod quantised;

use super::made::*;
use crate::check::Severity::{self, Error, Note, Warning};
use crate::check::{KernelFact, RefusalFact, Usage};
use crate::model::BuiltinOperator as Kind;
use crate::model::TensorType;
use crate::model::sample::{Code, Data, SampleOperator, SampleTensor};

/// A rule, a model without a fault, and the fault.
pub struct Twin {
    pub rule: &'static str,
    pub severity: Severity,
    /// A part of the message.
    pub says: &'static str,
    pub sound: fn() -> Case,
    pub fault: fn(&mut Case),
}

fn twin(rule: &'static str, severity: Severity, says: &'static str, sound: fn() -> Case, fault: fn(&mut Case)) -> Twin {
    Twin { rule, severity, says, sound, fault }
}

pub fn twins() -> Vec<Twin> {
    [
        file(),
        operators(),
        quantised::quantisation(),
        quantised::weights(),
        quantised::arithmetic(),
        application(),
        data(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn file() -> Vec<Twin> {
    vec![
        twin("buffer-data", Error, "its data has 11 bytes", dense, |case| case.bytes(1, |bytes| bytes.truncate(11))),
        twin("buffer-data", Error, "but the file ends after", dense, |case| {
            case.sample.buffers[2] = Data::At(1 << 40, 12);
        }),
        twin("buffer-alignment", Note, "off a multiple of 16", || unary(Kind::RELU), |case| *case = dense()),
        twin("unused-buffers", Note, "no tensor refers to buffer 3 of 5 bytes", dense, |case| {
            case.sample.buffers.push(Data::Inside(vec![1; 5]));
        }),
        twin("unused-buffers", Warning, "no operator reads this constant of 2000 bytes", dense, |case| {
            case.sample.buffers.push(Data::Inside(vec![1; 2000]));
            case.sample.tensors.push(SampleTensor { buffer: 3, ..int8("left over", &[2000], 0.5, 0) });
        }),
        twin("repeated-buffers", Warning, "the same 2000 bytes as buffer 3", two_constants, |case| {
            case.bytes(4, |bytes| bytes.fill(1));
        }),
        twin("repeated-buffers", Note, "the same 40 bytes as buffer 3", two_constants, |case| {
            case.sample.buffers[3] = Data::Inside(vec![3; 40]);
            case.sample.buffers[4] = Data::Inside(vec![3; 40]);
            case.sample.tensors[4].shape = vec![40];
            case.sample.tensors[5].shape = vec![40];
        }),
        twin("metadata-size", Warning, "metadata takes 4000 of", small_metadata, |case| {
            case.bytes(3, |bytes| bytes.resize(4000, 7));
        }),
    ]
}

/// The dense model with two constants of their own, which it puts out.
fn two_constants() -> Case {
    let mut case = dense();
    for (buffer, value) in [(3, 1), (4, 2)] {
        case.sample.buffers.push(Data::Inside(vec![value; 2000]));
        case.sample.tensors.push(SampleTensor { buffer, ..int8("constant", &[2000], 0.5, 0) });
        case.sample.outputs.push(buffer as i32 + 1);
    }
    case
}

fn small_metadata() -> Case {
    let mut case = dense();
    case.sample.buffers.push(Data::Inside(vec![7; 100]));
    case.sample.metadata.push(("notes", 3));
    case
}

fn operators() -> Vec<Twin> {
    vec![
        twin("unsupported", Error, "there is no kernel for GELU", dense, |case| {
            case.sample.codes[0] = code(Kind::GELU);
        }),
        twin("unsupported", Error, "its weights are too heavy", dense, |case| {
            case.facts.refusals.push(RefusalFact {
                operator: Some((0, 0)),
                problem: "its weights are too heavy".into(),
                help: "make its weights lighter".into(),
            });
        }),
        twin("operator-version", Warning, "version 99, 14 at most expected", dense, |case| {
            case.sample.code_version = 99;
        }),
        twin("dynamic-shape", Warning, "dimension 1 of shape [-1, -1] is open", open_batch, |case| {
            case.sample.tensors[0].signature = Some(vec![-1, -1]);
        }),
        twin("hybrid", Error, "int8 weights with a float32 input", dense, |case| {
            for tensor in [0, 2, 3] {
                case.sample.tensors[tensor] = SampleTensor {
                    buffer: case.sample.tensors[tensor].buffer,
                    shape: case.sample.tensors[tensor].shape.clone(),
                    ..float("float", &[])
                };
            }
        }),
        twin("hybrid", Warning, "int8 weights are turned into floats", from_int8, |case| {
            case.sample.tensors[0].buffer = 1;
            case.sample.buffers.push(Data::Inside(vec![1; 4]));
            case.sample.inputs = vec![];
        }),
        twin("uint8-legacy", Error, "computes on uint8", dense, |case| {
            case.sample.tensors[0].tensor_type = TensorType::UINT8;
            case.sample.tensors[0].zero_points = vec![128];
        }),
        twin("float-model", Note, "all 1 layers with weights compute in float32, on 3 weights", dense, |case| {
            for tensor in 0..4 {
                case.sample.tensors[tensor] = SampleTensor {
                    buffer: case.sample.tensors[tensor].buffer,
                    ..float("float", &[[1, 1], [3, 1], [3, 1], [1, 3]][tensor])
                };
            }
        }),
        twin("float-island", Warning, "computes in float32", islet, |case| {
            case.sample.tensors[3].tensor_type = TensorType::FLOAT32;
            case.sample.tensors[4].tensor_type = TensorType::FLOAT32;
        }),
        twin("float-interface", Warning, "the input is float32", quantised_first, |case| {
            case.sample.tensors[4].tensor_type = TensorType::FLOAT32;
        }),
        twin("float-interface", Warning, "the output is dequantised", dense, |case| {
            case.sample.codes.push(code(Kind::DEQUANTIZE));
            case.sample.tensors.push(float("real", &[1, 3]));
            let (inputs, outputs) = (vec![3], vec![4]);
            case.sample.operators.push(SampleOperator { code: 1, inputs, outputs, ..SampleOperator::default() });
            case.sample.outputs = vec![4];
        }),
        twin("int16x8", Error, "int16 tensor with zero point 5", dense, |case| {
            *case = dense16();
            case.sample.tensors[3].zero_points = vec![5];
        }),
        twin("int16x8", Error, "int32 biases with an int16 input", depthwise, |case| {
            for tensor in [0, 3] {
                case.sample.tensors[tensor].tensor_type = TensorType::INT16;
                case.sample.tensors[tensor].zero_points = vec![0];
            }
        }),
        twin("int16x8", Note, "int16 activations, in 1 layers", dense, |case| *case = dense16()),
        twin(
            "state",
            Note,
            "keeps its state in a variable tensor",
            || unary(Kind::RELU),
            |case| {
                case.sample.tensors[0].is_variable = true;
            },
        ),
        twin(
            "state",
            Note,
            "runs a subgraph in the first invocation",
            || unary(Kind::RELU),
            |case| {
                case.sample.codes[0] = code(Kind::CALL_ONCE);
            },
        ),
        twin(
            "state",
            Note,
            "keeps state until the next invocation",
            || unary(Kind::RELU),
            |case| {
                case.sample.codes[0] = Code { old_number: 32, number: 32, custom: Some("SignalFramer") };
            },
        ),
        twin("slow-path", Note, "runs on the plain kernel SLOW int8", fast, |case| {
            case.facts.kernels[0].name = "SLOW int8".into();
            case.facts.kernels[0].misses_twin = true;
        }),
    ]
}

fn fast() -> Case {
    let mut case = dense();
    case.facts.kernels.push(KernelFact { operator: (0, 0), name: "FAST int8".into(), misses_twin: false });
    case
}

fn open_batch() -> Case {
    let mut case = dense();
    case.sample.tensors[0].signature = Some(vec![-1, 4]);
    case
}

fn from_int8() -> Case {
    one_op(Kind::DEQUANTIZE, vec![int8("in", &[4], 0.5, 0), float("out", &[4])], vec![])
}

/// The dense model, and a RELU behind it.
fn islet() -> Case {
    let mut case = dense();
    case.sample.codes.push(code(Kind::RELU));
    case.sample.tensors.push(int8("relu", &[1, 3], 1.0, -128));
    let (inputs, outputs) = (vec![3], vec![4]);
    case.sample.operators.push(SampleOperator { code: 1, inputs, outputs, ..SampleOperator::default() });
    case.sample.outputs = vec![4];
    // A model of which one layer is quantised for certain.
    case.sample.codes.push(code(Kind::RELU));
    case.sample.tensors.push(int8("again", &[1, 4], 0.5, -3));
    let (inputs, outputs) = (vec![0], vec![5]);
    case.sample.operators.push(SampleOperator { code: 2, inputs, outputs, ..SampleOperator::default() });
    case
}

/// QUANTIZE from one int8 to another, then the dense layer.
fn quantised_first() -> Case {
    let mut case = dense();
    case.sample.codes.push(code(Kind::QUANTIZE));
    case.sample.tensors.push(int8("raw", &[1, 4], 0.25, 0));
    let (inputs, outputs) = (vec![4], vec![0]);
    case.sample.operators.insert(0, SampleOperator { code: 1, inputs, outputs, ..SampleOperator::default() });
    case.sample.inputs = vec![4];
    case
}

fn application() -> Vec<Twin> {
    vec![
        twin("labels", Error, "2 labels, 3, one a score of the output, expected", labelled, |case| {
            case.facts.labels.pop();
        }),
        twin("front-end", Error, "the input takes 4 values, rows of 40 features expected", listens, |case| {
            case.sample.tensors[0].shape = vec![1, 4];
        }),
        twin("front-end", Error, "the input is float32", listens, |case| {
            case.sample.tensors[0].tensor_type = TensorType::FLOAT32;
        }),
        twin("front-end", Warning, "the input has scale 0.5 and zero point -128", listens, |case| {
            case.sample.tensors[0].scales = vec![0.5];
        }),
    ]
}

fn labelled() -> Case {
    let mut case = dense();
    case.facts.labels = ["one", "two", "three"].map(str::to_string).to_vec();
    case
}

fn listens() -> Case {
    let tensors = vec![int8("in", &[1, 1960], 26.0 / 256.0, -128), int8("out", &[1, 1960], 26.0 / 256.0, -128)];
    let mut case = one_op(Kind::RELU, tensors, vec![]);
    case.facts.takes_sound = true;
    case
}

fn data() -> Vec<Twin> {
    vec![
        twin("unused-codes", Warning, "codes -10 to 9 occur, 20 of 256", used_well, |case| {
            case.facts.usage[0].counts = (0..256).map(|code| if (118..138).contains(&code) { 50 } else { 0 }).collect();
        }),
        twin("saturated-codes", Warning, "values are 127, 1 % at most expected", used_well, |case| {
            case.facts.usage[0].counts[255] = 100;
        }),
        twin("saturated-codes", Warning, "values are -128", used_well, |case| case.facts.usage[0].counts[0] = 100),
    ]
}

fn used_well() -> Case {
    let mut case = dense();
    case.facts
        .usage
        .push(Usage { tensor: 3, counts: (0..256).map(|code| if code % 255 == 0 { 0 } else { 9 }).collect() });
    case
}
