//! Per-channel scales along the wrong dimension, or where an operator takes one scale only.

use std::collections::HashSet;

use super::context::Value;
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
    // Weights that an operator unpacks are no constants of the file, and have channels all the same.
    let unpacked: HashSet<(usize, usize)> = context
        .weights()
        .iter()
        .flat_map(|layer| [Some(&layer.weights), layer.bias.as_ref()])
        .flatten()
        .map(|value| (value.subgraph, value.index))
        .collect();
    let is_unpacked = |value: &Value<'_>| {
        let is_decoded = context.writer(value).is_some_and(|op| op.kind() == Kind::CUSTOM);
        is_decoded || unpacked.contains(&(value.subgraph, value.index))
    };
    for value in context.values().filter(|value| !context.is_constant(value) && value.scales().len() > 1) {
        if is_unpacked(&value) {
            continue;
        }
        let place = context.writer(&value).map_or(value.place(), |op| op.place_of(&value));
        findings.add(place, format!("an activation with {} scales", value.scales().len()), "one");
    }
    for value in context.values().filter(|value| value.scales().len() == 1) {
        let dimension = value.quantization.as_ref().map_or(0, |quantization| quantization.dimension);
        if dimension != 0 && !usize::try_from(dimension).is_ok_and(|dimension| dimension < value.shape.len()) {
            let found = format!("one scale, along dimension {dimension} of {}", value.shape.len());
            findings.add(value.place(), found, "dimension 0").severity(Severity::Warning);
        }
    }
    for op in context.ops().filter(|op| !TAKES_CHANNELS.contains(&op.kind())) {
        for value in op.inputs().filter(|value| value.data.is_some() && value.scales().len() > 1) {
            let found = format!("a constant with {} scales", value.scales().len());
            findings.add(op.place_of(&value), found, format!("one, as {} takes it", op.code));
        }
    }
}
