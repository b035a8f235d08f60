//! Operators, and types of operators, that have no kernel.

use std::collections::HashMap;

use super::support::alternatives::instead_of;
use super::{Context, Findings, Place, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "unsupported",
    severity: Severity::Error,
    meaning: "An operator, or this use of it, has no kernel, so the model cannot run.",
    remedy: "replace it before converting, with operators of the list in the README",
    check,
};

/// How findings about operators without any kernel begin.
pub(super) const NO_KERNEL: &str = "there is no kernel for";

fn check(context: &Context<'_>, findings: &mut Findings) {
    let operators = &context.facts.operators;
    let is_known = |name: &str| operators.is_empty() || operators.iter().any(|operator| operator.name == name);
    // A file may have many operators of one kind, and looking for what is nearest takes a while.
    let mut remedies: HashMap<String, String> = HashMap::new();
    for op in context.ops() {
        let name = op.code.name();
        if !is_known(&name) {
            let names = || operators.iter().map(|operator| operator.name.as_str());
            let help = remedies.entry(name.clone()).or_insert_with(|| instead_of(&name, names()));
            findings.add(op.place(), format!("{NO_KERNEL} {name}"), "").help(help.as_str());
        }
    }
    for refusal in &context.facts.refusals {
        let op = refusal.operator.and_then(|(subgraph, index)| context.op(subgraph, index));
        let place = op.map_or(Place::default(), |op| op.place());
        let name = op.map_or(String::new(), |op| op.code.name());
        if op.is_some() && !is_known(&name) {
            continue;
        }
        findings.add(place, &refusal.problem, "").help(&refusal.help);
    }
}
