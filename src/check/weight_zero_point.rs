//! Weights that are not symmetric.

use super::support::converter::let_the_converter_choose;
use super::support::words::and_more;
use super::{Context, Findings, Rule, Severity};
use crate::model::TensorType;

pub(super) const RULE: Rule = Rule {
    name: "weight-zero-point",
    severity: Severity::Error,
    meaning: "Integer weights have a zero point other than 0, which the kernels do not heed.",
    remedy: concat!("weights are symmetric; ", let_the_converter_choose!()),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for layer in context.weights() {
        if !matches!(layer.weights.tensor_type, TensorType::INT8 | TensorType::INT4) {
            continue;
        }
        let mut wrong = layer.weights.zero_points().iter().filter(|&&zero_point| zero_point != 0);
        if let Some(first) = wrong.next() {
            let found = format!("weights with zero point {first}{}", and_more(wrong.count(), "channel"));
            findings.add(layer.op.place_of(&layer.weights), found, "0");
        }
    }
}
