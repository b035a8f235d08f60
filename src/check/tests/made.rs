//! Models without a fault, for twins to put one in.

use crate::check::{Facts, OperatorFact};
use crate::model::sample::{Code, Data, Sample, SampleOperator, SampleTensor, WriteOptions};
use crate::model::schema::{self, ActivationFunctionType, BuiltinOptions};
use crate::model::{BuiltinOperator, TensorType};

/// A model and what is known of it.
pub struct Case {
    pub sample: Sample,
    pub facts: Facts,
}

impl Case {
    /// Changes the bytes of a buffer.
    pub fn bytes(&mut self, buffer: usize, change: impl FnOnce(&mut Vec<u8>)) {
        let Data::Inside(bytes) = &mut self.sample.buffers[buffer] else { panic!("a buffer of the file") };
        change(bytes);
    }

    /// Changes the codes in a buffer of int8.
    pub fn codes(&mut self, buffer: usize, change: impl FnOnce(&mut [i8])) {
        self.bytes(buffer, |bytes| {
            let mut codes: Vec<i8> = bytes.iter().map(|&byte| byte as i8).collect();
            change(&mut codes);
            *bytes = codes.into_iter().map(|code| code as u8).collect();
        });
    }

    /// Changes the values in a buffer of int32.
    pub fn integers(&mut self, buffer: usize, change: impl FnOnce(&mut [i32])) {
        self.bytes(buffer, |bytes| {
            let mut values: Vec<i32> = bytes.as_chunks().0.iter().map(|&bytes| i32::from_le_bytes(bytes)).collect();
            change(&mut values);
            *bytes = values.into_iter().flat_map(i32::to_le_bytes).collect();
        });
    }
}

/// A tensor of one scale, or of no quantisation when the scale is 0.
pub fn tensor(name: &'static str, tensor_type: TensorType, shape: &[i32], scale: f32, zero_point: i64) -> SampleTensor {
    let (scales, zero_points) = if scale == 0.0 { (vec![], vec![]) } else { (vec![scale], vec![zero_point]) };
    SampleTensor { name, tensor_type, shape: shape.to_vec(), scales, zero_points, ..SampleTensor::default() }
}

pub fn int8(name: &'static str, shape: &[i32], scale: f32, zero_point: i64) -> SampleTensor {
    tensor(name, TensorType::INT8, shape, scale, zero_point)
}

pub fn float(name: &'static str, shape: &[i32]) -> SampleTensor {
    tensor(name, TensorType::FLOAT32, shape, 0.0, 0)
}

pub fn code(kind: BuiltinOperator) -> Code {
    Code { old_number: kind.0.min(127) as i8, number: kind.0, custom: None }
}

/// One operator that reads the tensors but the last, which it writes; the model's input is the first tensor.
pub fn one_op(kind: BuiltinOperator, tensors: Vec<SampleTensor>, buffers: Vec<Vec<u8>>) -> Case {
    let last = tensors.len() as i32 - 1;
    let operator = SampleOperator { inputs: (0..last).collect(), outputs: vec![last], ..SampleOperator::default() };
    let inputs = tensors
        .iter()
        .enumerate()
        .filter(|(index, tensor)| tensor.buffer == 0 && !tensor.is_variable && *index as i32 != last);
    let sample = Sample {
        codes: vec![code(kind)],
        inputs: inputs.map(|(index, _)| index as i32).collect(),
        outputs: vec![last],
        operators: vec![operator],
        buffers: std::iter::once(Vec::new()).chain(buffers).map(Data::Inside).collect(),
        tensors,
        ..Sample::default()
    };
    let operators =
        [kind, BuiltinOperator::RELU].map(|kind| OperatorFact { name: kind.to_string(), types: "all".into() });
    Case { sample, facts: Facts { operators: operators.to_vec(), ..Facts::default() } }
}

/// FULLY_CONNECTED from 4 to 3, with one scale for all weights. Tensors: in, weights, bias, out.
pub fn dense() -> Case {
    let weights = [10, -20, 30, -40, 50, 60, -70, 80, -127, 100, 110, 120_i8];
    let bias = [100, -200, 300_i32];
    let tensors = vec![
        int8("in", &[1, 4], 0.5, -3),
        SampleTensor { buffer: 1, ..int8("weights", &[3, 4], 0.01, 0) },
        SampleTensor { buffer: 2, ..tensor("bias", TensorType::INT32, &[3], 0.5 * 0.01, 0) },
        int8("out", &[1, 3], 1.0, 5),
    ];
    let buffers =
        vec![weights.map(|code| code as u8).to_vec(), bias.iter().flat_map(|value| value.to_le_bytes()).collect()];
    let mut case = one_op(BuiltinOperator::FULLY_CONNECTED, tensors, buffers);
    case.sample.operators[0].options = Some(DENSE);
    case
}

/// Options of FULLY_CONNECTED without an activation.
const DENSE: WriteOptions = |builder| {
    let options = schema::FullyConnectedOptions::create(builder, &schema::FullyConnectedOptionsArgs::default());
    (BuiltinOptions::FullyConnectedOptions, options.as_union_value())
};

/// Options of FULLY_CONNECTED with RELU.
pub const DENSE_RELU: WriteOptions = |builder| {
    let args = schema::FullyConnectedOptionsArgs {
        fused_activation_function: ActivationFunctionType::RELU,
        ..Default::default()
    };
    let options = schema::FullyConnectedOptions::create(builder, &args);
    (BuiltinOptions::FullyConnectedOptions, options.as_union_value())
};

/// Options of FULLY_CONNECTED with RELU6.
pub const DENSE_RELU6: WriteOptions = |builder| {
    let args = schema::FullyConnectedOptionsArgs {
        fused_activation_function: ActivationFunctionType::RELU6,
        ..Default::default()
    };
    let options = schema::FullyConnectedOptions::create(builder, &args);
    (BuiltinOptions::FullyConnectedOptions, options.as_union_value())
};

/// CONV_2D with four filters of 3 x 3 on one channel, a scale for each. Tensors: in, weights, bias, out.
pub fn convolution() -> Case {
    let weights: Vec<u8> = (0..36).map(|index| (index * 37 % 255 - 127) as i8 as u8).collect();
    let bias = [100, -200, 300, -400_i32];
    let scales = [0.01, 0.02, 0.03, 0.04_f32];
    let tensors = vec![
        int8("in", &[1, 5, 5, 1], 0.5, -3),
        SampleTensor {
            buffer: 1,
            scales: scales.to_vec(),
            zero_points: vec![0; 4],
            ..int8("weights", &[4, 3, 3, 1], 1.0, 0)
        },
        SampleTensor {
            buffer: 2,
            scales: scales.map(|scale| 0.5 * scale).to_vec(),
            zero_points: vec![0; 4],
            ..tensor("bias", TensorType::INT32, &[4], 1.0, 0)
        },
        int8("out", &[1, 3, 3, 4], 5.0, 5),
    ];
    let buffers = vec![weights, bias.iter().flat_map(|value| value.to_le_bytes()).collect()];
    one_op(BuiltinOperator::CONV_2D, tensors, buffers)
}

/// The same weights as DEPTHWISE_CONV_2D, whose channels come last.
pub fn depthwise() -> Case {
    let mut case = convolution();
    case.sample.codes = vec![code(BuiltinOperator::DEPTHWISE_CONV_2D)];
    case.sample.tensors[1].shape = vec![1, 3, 3, 4];
    case.sample.tensors[1].dimension = 3;
    case
}

/// The dense layer with int16 activations and biases of 64 bits.
pub fn dense16() -> Case {
    let mut case = dense();
    for tensor in [0, 3] {
        case.sample.tensors[tensor].tensor_type = TensorType::INT16;
        case.sample.tensors[tensor].zero_points = vec![0];
    }
    case.sample.tensors[2].tensor_type = TensorType::INT64;
    case.sample.buffers[2] = Data::Inside([100, -200, 300_i64].iter().flat_map(|value| value.to_le_bytes()).collect());
    case
}

/// An operator from one tensor to another like it.
pub fn unary(kind: BuiltinOperator) -> Case {
    one_op(kind, vec![int8("in", &[1, 2, 2, 4], 0.5, -3), int8("out", &[1, 2, 2, 4], 0.5, -3)], vec![])
}

/// An operator on two inputs.
pub fn binary(kind: BuiltinOperator) -> Case {
    let tensors = vec![int8("one", &[1, 4], 0.5, -3), int8("other", &[1, 4], 0.25, 7), int8("out", &[1, 4], 0.75, 0)];
    one_op(kind, tensors, vec![])
}

/// An operator with the output range that its kernel writes.
pub fn fixed(kind: BuiltinOperator, scale: f32, zero_point: i64) -> Case {
    one_op(kind, vec![int8("in", &[1, 4], 0.5, -3), int8("out", &[1, 4], scale, zero_point)], vec![])
}
