//! CONCATENATION of tensors that are quantised differently.

use super::support::same::require_same;
use super::{Context, Findings, Rule, Severity};
use crate::model::BuiltinOperator as Kind;

pub(super) const RULE: Rule = Rule {
    name: "concatenation-quantisation",
    severity: Severity::Error,
    meaning: "CONCATENATION copies codes as they are, but an input is quantised differently from the output.",
    remedy: "convert again with TensorFlow's own quantiser, which gives all parts one scale; in training-aware \
             quantisation quantise the output of the concatenation and let its inputs follow",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for op in context.ops().filter(|op| op.kind() == Kind::CONCATENATION) {
        require_same(&op, op.inputs(), findings);
    }
}
