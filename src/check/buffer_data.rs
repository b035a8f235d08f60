//! Constant data that lies outside of the file, or has another length than shape and type ask for.

use super::{Context, Findings, Place, Rule, Severity};
use crate::model::ReadError;

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
        // The place is said apart, where there is one.
        let problem = match (&damage.error, value) {
            (ReadError::Invalid { problem, .. }, Some(_)) => problem.clone(),
            (error, _) => error.to_string(),
        };
        let finding = findings.add(place, problem, "");
        if let Some(help) = damage.error.help() {
            finding.help(help);
        }
    }
}
