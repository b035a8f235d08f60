//! Float inputs and outputs around a quantised body.

use std::collections::HashMap;

use super::context::Value;
use super::support::body;
use super::support::converter::integer_interface;
use super::{Context, Findings, Rule, Severity};
use crate::model::{BuiltinOperator as Kind, TensorType};

pub(super) const RULE: Rule = Rule {
    name: "float-interface",
    severity: Severity::Warning,
    meaning: "The model computes on integers, but its inputs or outputs are floats that it converts on the device.",
    remedy: concat!("quantise the interface too: ", integer_interface!()),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    if !body::is_quantised(context) {
        return;
    }
    let is_float = |value: &Value<'_>| value.tensor_type == TensorType::FLOAT32;
    let mut quantised = HashMap::new();
    for op in context.ops().filter(|op| op.subgraph == 0 && op.kind() == Kind::QUANTIZE) {
        if let Some(input) = op.input(0) {
            quantised.entry(input.index).or_insert(op);
        }
    }
    for input in context.model_inputs().filter(is_float) {
        if let Some(op) = quantised.get(&input.index) {
            findings.add(op.place_of(&input), "the input is float32 and quantised on the device", "an int8 input");
        }
    }
    for output in context.model_outputs().filter(is_float) {
        if let Some(op) = context.writer(&output).filter(|op| op.kind() == Kind::DEQUANTIZE) {
            findings.add(op.place_of(&output), "the output is dequantised to float32 on the device", "an int8 output");
        }
    }
}
