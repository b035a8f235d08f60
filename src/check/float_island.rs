//! Operators that compute in float32 within a quantised model.

use std::collections::HashSet;

use super::support::body;
use super::support::converter::full_integer;
use super::{Context, Findings, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "float-island",
    severity: Severity::Warning,
    meaning: "An operator computes in float32 while the rest of the model is quantised: slow without a float unit, four \
              times the memory, and conversions on both sides.",
    remedy: concat!(
        "have the converter refuse what it cannot quantise, then replace that layer: ",
        full_integer!(),
        " and nothing else in the list"
    ),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    if !body::is_quantised(context) {
        return;
    }
    // An int8 weight with a float input is a case of its own.
    let quantised = context.weights().iter().filter(|layer| layer.weights.is_quantised());
    let hybrid: HashSet<(usize, usize)> = quantised.map(|layer| (layer.op.subgraph, layer.op.index)).collect();
    for op in context.ops().filter(|op| body::is_float(op) && !hybrid.contains(&(op.subgraph, op.index))) {
        findings.add(op.place(), "computes in float32 in a quantised model", "int8");
    }
}
