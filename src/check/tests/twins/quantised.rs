//! The faults of scales, weights and what is computed with them.

use super::super::made::*;
use super::{Twin, twin};
use crate::check::Severity::{Error, Note, Warning};
use crate::model::BuiltinOperator as Kind;
use crate::model::sample::SampleTensor;

pub fn quantisation() -> Vec<Twin> {
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

pub fn weights() -> Vec<Twin> {
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

pub fn arithmetic() -> Vec<Twin> {
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
