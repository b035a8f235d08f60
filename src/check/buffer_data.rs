//! Constant data that lies outside of the file, or has another length than shape and type ask for.

use super::{Context, Findings, Place, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "buffer-data",
    severity: Severity::Error,
    meaning: "Constant data lies outside of the file, or its length is not what shape and type ask for.",
    remedy: "the file is cut short, or a tool changed weights or shapes alone: copy it again, or convert the model again",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for damage in &context.facts.damages {
        let value = damage.tensor.and_then(|(subgraph, tensor)| context.value(subgraph, tensor));
        let place = value.map_or(Place::default(), |value| value.place());
        let finding = findings.add(place, damage.error.to_string(), "");
        if let Some(help) = damage.error.help() {
            finding.help(help);
        }
    }
}
