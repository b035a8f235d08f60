//! Weights of the least code.

use super::support::converter::let_the_converter_choose;
use super::support::words::counted;
use super::{Context, Findings, Rule, Severity};
use crate::model::TensorType;

pub(super) const RULE: Rule = Rule {
    name: "weight-extreme",
    severity: Severity::Warning,
    meaning: "A weight is -128 (-8 in 4 bits), which symmetric quantisation leaves out; kernels that rely on that, and \
              negate weights or pair products in 16 bits, overflow.",
    remedy: concat!("clip weights to -127 to 127 before writing them; ", let_the_converter_choose!()),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for layer in context.weights() {
        let count: u64 = layer.sums.iter().map(|sums| sums.extremes).sum();
        if count > 0 {
            let least = if layer.weights.tensor_type == TensorType::INT4 { -8 } else { -128 };
            let found = format!("{} of {least}", counted(count as usize, "weight"));
            findings.add(layer.op.place_of(&layer.weights), found, format!("{} to {}", least + 1, -least - 1));
        }
    }
}
