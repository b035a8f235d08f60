//! More or fewer labels than scores.

use super::{Context, Findings, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "labels",
    severity: Severity::Error,
    meaning: "The labels that come with the model are more or fewer than its output has scores.",
    remedy: "list one label for each score, in the order of the output, in the metadata entry tinyml.labels, in \
             MODEL.labels.txt beside the model, or with the --labels of run and compile",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let labels = context.facts.labels.len();
    let Some(output) = context.model_outputs().next().filter(|_| labels > 0) else { return };
    let scores = output.elements();
    if labels != scores {
        let place = context.writer(&output).map_or(output.place(), |op| op.place_of(&output));
        findings.add(place, format!("{labels} labels"), format!("{scores}, one a score of the output,"));
    }
}
