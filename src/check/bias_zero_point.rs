//! Biases with a zero point.

use super::support::converter::let_the_converter_choose;
use super::{Context, Findings, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "bias-zero-point",
    severity: Severity::Error,
    meaning: "A bias has a zero point other than 0, which the kernels do not heed.",
    remedy: concat!("biases are symmetric; ", let_the_converter_choose!()),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for layer in context.weights() {
        let Some(bias) = &layer.bias else { continue };
        if let Some(zero_point) = bias.zero_points().iter().find(|&&zero_point| zero_point != 0) {
            findings.add(layer.op.place_of(bias), format!("bias with zero point {zero_point}"), "0");
        }
    }
}
