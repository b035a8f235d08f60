//! What is particular to int16 activations with int8 weights.

use super::support::converter::let_the_converter_choose;
use super::{Context, Findings, Rule, Severity};
use crate::model::{BuiltinOperator as Kind, TensorType};

pub(super) const RULE: Rule = Rule {
    name: "int16x8",
    severity: Severity::Error,
    meaning: "int16 activations have a zero point, or biases of a width that the kernel has no code for; or just that \
              the model computes on int16 (a note).",
    remedy: concat!("int16 tensors are symmetric; ", let_the_converter_choose!()),
    check,
};

const ONLY_INT8: &str = "where int8 is accurate enough, it takes half the arena and is faster: \
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]";

const WIDE_BIAS: &str = "write biases of DEPTHWISE_CONV_2D and TRANSPOSE_CONV in 64 bits, as TensorFlow's converter does \
    for tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8";

fn check(context: &Context<'_>, findings: &mut Findings) {
    for value in context.values().filter(|value| value.tensor_type == TensorType::INT16 && value.is_quantised()) {
        let writer = context.writer(&value);
        // SOFTMAX from int8 to int16 spreads over all codes.
        let is_softmax = writer.is_some_and(|op| op.kind() == Kind::SOFTMAX);
        if let Some(&zero_point) = value.zero_points().iter().find(|&&zero_point| zero_point != 0)
            && !is_softmax
        {
            let place = writer.map_or(value.place(), |op| op.place_of(&value));
            findings.add(place, format!("int16 tensor with zero point {zero_point}"), "0");
        }
    }
    let layers = context.weights().iter().filter(|layer| layer.input.tensor_type == TensorType::INT16);
    let mut count = 0;
    let mut first = None;
    for layer in layers {
        count += 1;
        first.get_or_insert(layer.op);
        let Some(bias) = &layer.bias else { continue };
        let is_narrow = bias.tensor_type == TensorType::INT32;
        match layer.op.kind() {
            Kind::DEPTHWISE_CONV_2D if is_narrow => {
                findings.add(layer.op.place_of(bias), "int32 biases with an int16 input", "int64").help(WIDE_BIAS);
            }
            Kind::CONV_2D | Kind::FULLY_CONNECTED if is_narrow => {
                let found = "int32 biases: sums are kept in 32 bits, and rounded differently than with int64";
                findings.add(layer.op.place_of(bias), found, "").severity(Severity::Note).help(
                    "converter._experimental_full_integer_quantization_bias_type chooses the width; compare the accuracy \
                     of both",
                );
            }
            _ => {}
        }
    }
    if let Some(op) = first {
        let found = format!("int16 activations, in {count} layers with weights");
        findings.add(op.place(), found, "").severity(Severity::Note).help(ONLY_INT8);
    }
}
