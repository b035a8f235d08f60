//! The faults: what is wrong, what is said about it, and the model to put it in.

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
    [file(), operators(), quantisation(), weights(), arithmetic(), application(), data()]
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

fn quantisation() -> Vec<Twin> {
    let mut twins = vec![
        twin("scale-value", Error, "scale 0,", dense, |case| case.sample.tensors[3].scales = vec![0.0]),
        twin("scale-value", Error, "scale -1,", dense, |case| case.sample.tensors[0].scales = vec![-1.0]),
        twin("scale-value", Error, "scale NaN", dense, |case| case.sample.tensors[0].scales = vec![f32::NAN]),
        twin("scale-value", Error, "scale inf of channel 1 (1 more channel)", convolution, |case| {
            case.sample.tensors[1].scales[1..3].fill(f32::INFINITY);
        }),
        twin("scale-value", Warning, "a normal number expected", dense, |case| {
            case.sample.tensors[0].scales = vec![1e-40];
        }),
        twin("scale-value", Error, "int8 tensor without a scale", dense, |case| {
            case.sample.tensors[3].scales.clear();
            case.sample.tensors[3].zero_points.clear();
        }),
        twin("zero-point-range", Error, "zero point 128, -128 to 127 for int8", dense, |case| {
            case.sample.tensors[0].zero_points = vec![128];
        }),
        twin("per-channel-axis", Error, "4 scales along dimension 3, dimension 0", convolution, |case| {
            case.sample.tensors[1].dimension = 3;
        }),
        twin("per-channel-axis", Error, "dimension 3, the output channels of DEPTHWISE_CONV_2D", depthwise, |case| {
            case.sample.tensors[1].dimension = 0;
        }),
        twin("per-channel-axis", Warning, "one scale, along dimension 7 of 2", dense, |case| {
            case.sample.tensors[3].dimension = 7;
        }),
        twin("per-channel-axis", Error, "an activation with 2 scales", dense, |case| {
            case.sample.tensors[3].scales = vec![1.0; 2];
            case.sample.tensors[3].zero_points = vec![0; 2];
        }),
        twin("per-channel-axis", Error, "a constant with 4 scales, one, as ADD takes it", constant_sum, |case| {
            case.sample.tensors[1].scales = vec![0.25; 4];
            case.sample.tensors[1].zero_points = vec![0; 4];
        }),
        twin("per-channel-count", Error, "3 scales, 1 or 4", convolution, |case| {
            case.sample.tensors[1].scales.truncate(3);
            case.sample.tensors[1].zero_points.truncate(3);
        }),
        twin("per-channel-count", Error, "1 zero points, 4, as there are scales", convolution, |case| {
            case.sample.tensors[1].zero_points.truncate(1);
        }),
        twin("per-channel-count", Warning, "0 zero points", dense, |case| case.sample.tensors[0].zero_points.clear()),
        twin("concatenation-quantisation", Error, "input has scale 0.5", alike, |case| {
            case.sample.tensors[0].scales = vec![0.5];
        }),
        twin(
            "pad-quantisation",
            Error,
            "input has scale 0.5 and zero point 9",
            || unary(Kind::PAD),
            |case| {
                case.sample.tensors[0].zero_points = vec![9];
            },
        ),
        twin(
            "pool-quantisation",
            Error,
            "scale 0.7",
            || unary(Kind::MAX_POOL_2D),
            |case| {
                case.sample.tensors[1].scales = vec![0.7];
            },
        ),
        twin(
            "pool-quantisation",
            Error,
            "scale 0.7",
            || unary(Kind::AVERAGE_POOL_2D),
            |case| {
                case.sample.tensors[0].scales = vec![0.7];
            },
        ),
    ];
    fn other_scale(case: &mut Case) {
        case.sample.tensors[0].scales = vec![0.7];
    }
    fn other_output(case: &mut Case) {
        let output = case.sample.tensors.last_mut().unwrap();
        output.scales = vec![0.02];
    }
    twins.push(twin("reshape-quantisation", Error, "0.7", || unary(Kind::RESHAPE), other_scale));
    twins.push(twin("reshape-quantisation", Error, "0.7", || unary(Kind::TRANSPOSE), other_scale));
    twins.push(twin("reshape-quantisation", Error, "0.7", || unary(Kind::PACK), other_scale));
    for sound in [
        || fixed(Kind::SOFTMAX, 1.0 / 256.0, -128),
        || fixed(Kind::LOGISTIC, 1.0 / 256.0, -128),
        || fixed(Kind::TANH, 1.0 / 128.0, 0),
        || fixed(Kind::L2_NORMALIZATION, 1.0 / 128.0, 0),
        || fixed(Kind::LOG_SOFTMAX, 1.0 / 16.0, 127),
    ] {
        twins.push(twin("fixed-output", Error, "output has scale 0.02", sound, other_output));
        twins.push(twin("fixed-output", Error, "and zero point 3,", sound, |case| {
            case.sample.tensors[1].zero_points = vec![3];
        }));
    }
    twins
}

/// CONCATENATION of tensors with one quantisation.
fn alike() -> Case {
    let tensors = vec![int8("one", &[1, 4], 0.25, 0), int8("other", &[1, 4], 0.25, 0), int8("out", &[1, 8], 0.25, 0)];
    one_op(Kind::CONCATENATION, tensors, vec![])
}

fn constant_sum() -> Case {
    let constant = SampleTensor { buffer: 1, ..int8("constant", &[4], 0.25, 0) };
    let tensors = vec![int8("in", &[1, 4], 0.5, -3), constant, int8("out", &[1, 4], 0.75, 0)];
    one_op(Kind::ADD, tensors, vec![vec![100, 50, 20, 10]])
}

fn weights() -> Vec<Twin> {
    vec![
        twin("weight-zero-point", Error, "weights with zero point 3, 0 expected", dense, |case| {
            case.sample.tensors[1].zero_points = vec![3];
        }),
        twin("weight-zero-point", Error, "zero point 2 (1 more channel)", convolution, |case| {
            case.sample.tensors[1].zero_points = vec![0, 2, 0, -2];
        }),
        twin("weight-extreme", Warning, "2 weights of -128", dense, |case| {
            case.codes(1, |codes| codes[3..5].fill(-128));
        }),
        twin("bias-scale", Error, "bias scale 0.006, 0.005 (input scale 0.5 times weight scale 0.01)", dense, |case| {
            case.sample.tensors[2].scales = vec![0.006]
        }),
        twin("bias-scale", Error, "bias scale 0.005001", dense, |case| case.sample.tensors[2].scales = vec![0.005001]),
        twin("bias-scale", Error, "of channel 2 (1 more channel)", convolution, |case| {
            case.sample.tensors[2].scales[2] = 1.0;
            case.sample.tensors[2].scales[3] = 0.021;
        }),
        twin("bias-zero-point", Error, "bias with zero point 1", convolution, |case| {
            case.sample.tensors[2].zero_points[2] = 1;
        }),
        twin("clamped-bias", Warning, "2 of 3 biases clamped, the first -1073741824 in channel 0", dense, |case| {
            case.integers(2, |values| values[..2].copy_from_slice(&[-(1 << 30), i32::MAX]));
        }),
        twin("collapsed-scale", Warning, "scales of 1 of 4 channels have collapsed", convolution, |case| {
            case.sample.tensors[1].scales[1] = 1e-9;
            case.sample.tensors[2].scales[1] = 0.5e-9;
        }),
        twin("collapsed-scale", Note, "1 of 3 channels use weights of -3 to 3 only", dense, |case| {
            case.codes(1, |codes| codes[..4].copy_from_slice(&[1, -2, 3, 0]));
        }),
        twin("dead-channels", Warning, "1 of 3 channels have weights of zero only", dense, |case| {
            case.codes(1, |codes| codes[4..8].fill(0));
        }),
        twin("dead-channels", Warning, "1 of 4 channels", depthwise, |case| {
            case.codes(1, |codes| codes.iter_mut().skip(2).step_by(4).for_each(|code| *code = 0));
        }),
        twin("constant-channels", Note, "1 of 3 channels give one code for every input", dense, |case| {
            case.integers(2, |values| values[1] = 1 << 20);
        }),
        twin("constant-channels", Warning, "3 of 3 channels give one code", dense, |case| {
            case.sample.tensors[3].scales = vec![1e5];
        }),
    ]
}

fn arithmetic() -> Vec<Twin> {
    vec![
        twin("accumulator", Warning, "the sum of channel 1 may reach 21475", dense, |case| {
            case.integers(2, |values| values[1] = i32::MAX - 10);
        }),
        twin("accumulator", Warning, "the sum of channel 0 may reach -2", dense, |case| {
            case.integers(2, |values| values[0] = i32::MIN);
        }),
        twin("requantisation", Error, "less than 2^30 expected", dense, |case| {
            case.sample.tensors[3].scales = vec![1e-12];
        }),
        twin("requantisation", Warning, "which becomes 0", dense, |case| case.sample.tensors[3].scales = vec![1e9]),
        twin(
            "requantisation",
            Error,
            "less than 2^30 expected",
            || binary(Kind::MUL),
            |case| {
                case.sample.tensors[2].scales = vec![1e-12];
            },
        ),
        twin("activation-range", Error, "RELU leaves the code 127 only", dense_relu, |case| {
            case.sample.tensors[3].zero_points = vec![127];
        }),
        twin("activation-range", Warning, "RELU leaves 128 of 256 codes, 0 to 127", dense_relu, |case| {
            case.sample.tensors[3].zero_points = vec![0];
        }),
        twin("activation-range", Warning, "RELU6 leaves 7 of 256 codes", dense_relu6, |case| {
            case.sample.tensors[3].scales = vec![1.0];
        }),
        twin("activation-range", Note, "RELU6 ends at 0 and 6, the scale at 0 and 2.55", dense_relu6, |case| {
            case.sample.tensors[3].scales = vec![0.01];
        }),
        twin(
            "lost-bits",
            Warning,
            "changes the output by 1.02 codes at most",
            || binary(Kind::ADD),
            |case| {
                case.sample.tensors[0].scales = vec![0.0058608];
            },
        ),
        twin(
            "lost-bits",
            Warning,
            "changes the output by",
            || binary(Kind::SUB),
            |case| {
                case.sample.tensors[2].scales = vec![1000.0];
            },
        ),
        twin(
            "lost-bits",
            Warning,
            "the greatest product is",
            || binary(Kind::MUL),
            |case| {
                case.sample.tensors[2].scales = vec![1000.0];
            },
        ),
    ]
}

fn dense_relu() -> Case {
    let mut case = dense();
    case.sample.operators[0].options = Some(DENSE_RELU);
    case.sample.tensors[3].zero_points = vec![-128];
    case
}

fn dense_relu6() -> Case {
    let mut case = dense();
    case.sample.operators[0].options = Some(DENSE_RELU6);
    case.sample.tensors[3].zero_points = vec![-128];
    case.sample.tensors[3].scales = vec![6.0 / 255.0];
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
