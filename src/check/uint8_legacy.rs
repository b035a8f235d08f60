//! Arithmetic on uint8, the scheme before int8.

use super::support::converter::full_integer;
use super::{Context, Findings, Rule, Severity};
use crate::model::{BuiltinOperator as Kind, TensorType};

pub(super) const RULE: Rule = Rule {
    name: "uint8-legacy",
    severity: Severity::Error,
    meaning: "An operator computes on uint8, the scheme of TensorFlow 1; kernels for microcontrollers take int8.",
    remedy: concat!(
        "convert with TensorFlow 2, which quantises to int8: ",
        full_integer!(),
        "; bytes from a camera or a file can stay uint8 outside: converter.inference_input_type = tf.uint8"
    ),
    check,
};

/// What passes bytes on or converts them, whatever they stand for.
const HARMLESS: &[Kind] = &[
    Kind::QUANTIZE,
    Kind::DEQUANTIZE,
    Kind::CAST,
    Kind::RESHAPE,
    Kind::SQUEEZE,
    Kind::EXPAND_DIMS,
    Kind::REVERSE_V2,
    Kind::BROADCAST_TO,
    Kind::SHAPE,
    Kind::CUSTOM,
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for op in context.ops().filter(|op| !HARMLESS.contains(&op.kind())) {
        let quantised =
            |value: &super::context::Value<'_>| value.tensor_type == TensorType::UINT8 && value.is_quantised();
        if let Some(value) = op.inputs().chain(op.outputs()).find(quantised) {
            findings.add(op.place_of(&value), "computes on uint8", "int8");
        }
    }
}
