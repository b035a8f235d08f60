//! Output channels whose weights are all zero.

use super::finding::{DeadChannels, DeadOp};
use super::support::words::counted;
use super::{Context, Findings, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "dead-channels",
    severity: Severity::Warning,
    meaning: "All weights of an output channel are zero: it holds the same value for every input, and costs the time and \
              memory of any other.",
    remedy: "prune these channels before converting: add their constant to the biases of the next layer and take their \
             rows and columns out, or train a narrower layer",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for layer in context.weights() {
        let dead = layer.sums.iter().filter(|sums| sums.is_dead()).count();
        if dead > 0 {
            let found = format!("{dead} of {} have weights of zero only", counted(layer.channels, "channel"));
            findings.add(layer.op.place_of(&layer.weights), found, "");
        }
    }
}

/// How many there are, in each operator and in all.
pub(super) fn count(context: &Context<'_>) -> DeadChannels {
    let mut result = DeadChannels::default();
    for layer in context.weights() {
        let dead = layer.sums.iter().filter(|sums| sums.is_dead()).count() as u64;
        if dead > 0 {
            result.total += dead;
            let (subgraph, op) = (layer.op.subgraph, layer.op.named());
            result.ops.push(DeadOp { subgraph, op, dead, channels: layer.channels as u64 });
        }
    }
    result
}
