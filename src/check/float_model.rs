//! Models that are not quantised at all.

use super::support::body;
use super::support::converter::full_integer;
use super::{Context, Findings, Place, Rule, Severity};
use crate::model::TensorType;

pub(super) const RULE: Rule = Rule {
    name: "float-model",
    severity: Severity::Note,
    meaning: "The whole model computes in float32: four times the memory of int8, and many times the time.",
    remedy: concat!("quantise it: ", full_integer!()),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let is_float = |value: &super::context::Value<'_>| value.tensor_type == TensorType::FLOAT32;
    let layers = context.weights();
    let count = layers.iter().filter(|layer| is_float(&layer.input) && is_float(&layer.weights)).count();
    if count == 0 || body::is_quantised(context) {
        return;
    }
    let parameters: usize = layers.iter().filter(|layer| is_float(&layer.weights)).map(|l| l.weights.elements()).sum();
    let found = format!("all {count} layers with weights compute in float32, on {parameters} weights");
    findings.add(Place::default(), found, "");
}
