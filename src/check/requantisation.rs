//! Factors between scales that a fixed-point multiplier cannot hold.

use micro_runtime::fixed::Multiplier;

use super::context::Op;
use super::support::words::{and_more, real};
use super::{Context, Findings, Place, Rule, Severity};
use crate::model::{BuiltinOperator as Kind, TensorType};

pub(super) const RULE: Rule = Rule {
    name: "requantisation",
    severity: Severity::Error,
    meaning: "The factor from input and weight scales to the output scale is 2^30 or more, which no multiplier holds; or \
              below 2^-32, so that it becomes 0 and the output does not depend on the input (a warning).",
    remedy: "the scales of this operator do not belong together: check that the representative dataset yields samples \
             like those on the device, scaled alike, and quantise again",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for layer in context.weights().iter().filter(|layer| layer.weights.tensor_type != TensorType::FLOAT32) {
        // A channel of zeros has nothing to scale.
        let is_dead = |channel: usize| match layer.weights.scales().len() {
            1 => !layer.sums.is_empty() && layer.sums.iter().all(|sums| sums.is_dead()),
            _ => layer.sums.get(channel).is_some_and(|sums| sums.is_dead()),
        };
        let factors: Vec<f64> = (0..layer.scaled_channels())
            .filter(|&channel| !is_dead(channel))
            .filter_map(|channel| layer.factor(channel))
            .collect();
        report(layer.op.place_of(&layer.weights), &factors, findings);
    }
    for op in context.ops() {
        if let Some(factor) = factor(&op) {
            report(op.place(), &[factor], findings);
        }
    }
}

/// The factor of an operator without weights that rescales by one.
fn factor(op: &Op<'_>) -> Option<f64> {
    let (input, output) = (op.input(0)?, op.output(0)?);
    if input.range().is_none() || output.range().is_none() {
        return None;
    }
    let ratio = input.scale()? / output.scale()?;
    match op.kind() {
        Kind::MUL => Some(ratio * op.input(1)?.scale()?),
        Kind::QUANTIZE | Kind::RELU | Kind::RELU6 | Kind::LEAKY_RELU | Kind::MEAN | Kind::SUM => Some(ratio),
        _ => None,
    }
}

fn report(place: Place, factors: &[f64], findings: &mut Findings) {
    let is_large = |factor: &&f64| **factor >= (1u64 << 30) as f64;
    let is_flushed = |factor: &&f64| **factor > 0.0 && Multiplier::from_real(**factor) == Multiplier::default();
    if let Some(factor) = factors.iter().find(is_large) {
        let more = and_more(factors.iter().filter(is_large).count() - 1, "channel");
        findings.add(
            place.clone(),
            format!("output codes are {} times the sums{more}", real(*factor)),
            "less than 2^30",
        );
    }
    if let Some(factor) = factors.iter().find(is_flushed) {
        let more = and_more(factors.iter().filter(is_flushed).count() - 1, "channel");
        let found = format!("output codes are {} times the sums, which becomes 0{more}", real(*factor));
        findings.add(place, found, "2^-32 or more").severity(Severity::Warning);
    }
}
