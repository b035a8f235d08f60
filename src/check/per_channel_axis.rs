//! Per-channel scales along the wrong dimension, or where an operator takes one scale only.

use super::support::converter::let_the_converter_choose;
use super::{Context, Findings, Rule, Severity};
use crate::model::BuiltinOperator as Kind;

pub(super) const RULE: Rule = Rule {
    name: "per-channel-axis",
    severity: Severity::Error,
    meaning: "Per-channel scales go along another dimension than the output channels, or belong to a tensor that may \
              have one scale only.",
    remedy: let_the_converter_choose!(),
    check,
};

/// Operators that take constants with a scale for each channel.
const TAKES_CHANNELS: &[Kind] = &[
    Kind::CONV_2D,
    Kind::DEPTHWISE_CONV_2D,
    Kind::FULLY_CONNECTED,
    Kind::TRANSPOSE_CONV,
    Kind::DEQUANTIZE,
    Kind::QUANTIZE,
    Kind::EMBEDDING_LOOKUP,
    Kind::SVDF,
    Kind::UNIDIRECTIONAL_SEQUENCE_LSTM,
    Kind::CUSTOM,
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for layer in context.weights() {
        let quantization = layer.weights.quantization.as_ref();
        let Some(quantization) = quantization.filter(|quantization| quantization.scales.len() > 1) else { continue };
        if quantization.dimension != layer.axis as i32 {
            let found = format!("{} scales along dimension {}", quantization.scales.len(), quantization.dimension);
            let expected = format!("dimension {}, the output channels of {}", layer.axis, layer.op.code);
            findings.add(layer.op.place_of(&layer.weights), found, expected);
        }
    }
    for value in context.values().filter(|value| !context.is_constant(value) && value.scales().len() > 1) {
        let place = context.writer(&value).map_or(value.place(), |op| op.place_of(&value));
        findings.add(place, format!("an activation with {} scales", value.scales().len()), "one");
    }
    for op in context.ops().filter(|op| !TAKES_CHANNELS.contains(&op.kind())) {
        for value in op.inputs().filter(|value| value.data.is_some() && value.scales().len() > 1) {
            let found = format!("a constant with {} scales", value.scales().len());
            findings.add(op.place_of(&value), found, format!("one, as {} takes it", op.code));
        }
    }
}
