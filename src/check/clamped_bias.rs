//! Biases that did not fit.

use super::support::words::counted;
use super::{Context, Findings, Rule, Severity};
use crate::model::TensorType;

pub(super) const RULE: Rule = Rule {
    name: "clamped-bias",
    severity: Severity::Warning,
    meaning: "A bias is at the end of its range (2^30 from zero, where TensorFlow's converter stops): it was too large \
              for the scale of its channel, whose weights are all but zero.",
    remedy: "such channels come from training, not from converting: prune them, or train with weight decay or batch \
             normalisation so that weights and biases of a channel stay comparable",
    check,
};

/// The converter widens the scale of a channel until its bias is no further from 0 than half of what fits; that rounds
/// to a little less or more.
const LIMIT: u64 = (1 << 30) - (1 << 10);

fn check(context: &Context<'_>, findings: &mut Findings) {
    for layer in context.weights() {
        let Some(bias) = layer.bias.as_ref().filter(|bias| bias.tensor_type == TensorType::INT32) else { continue };
        let clamped: Vec<usize> =
            (0..layer.biases.len()).filter(|&channel| layer.biases[channel].unsigned_abs() >= LIMIT).collect();
        if let Some(&first) = clamped.first() {
            let (count, biases) = (clamped.len(), counted(layer.biases.len(), "bias"));
            let found = format!("{count} of {biases} clamped, the first {} in channel {first}", layer.biases[first]);
            findings.add(layer.op.place_of(bias), found, format!("less than {} from zero", 1 << 30));
        }
    }
}
