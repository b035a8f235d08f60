//! Pools between tensors that are quantised differently.

use super::support::same::require_same;
use super::{Context, Findings, Rule, Severity};
use crate::model::BuiltinOperator as Kind;

pub(super) const RULE: Rule = Rule {
    name: "pool-quantisation",
    severity: Severity::Error,
    meaning: "AVERAGE_POOL_2D and MAX_POOL_2D do not rescale, but input and output are quantised differently.",
    remedy: "convert again with TensorFlow's own quantiser, which gives both one scale; in training-aware quantisation \
             leave the pool's output without a range of its own",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for op in context.ops().filter(|op| matches!(op.kind(), Kind::AVERAGE_POOL_2D | Kind::MAX_POOL_2D)) {
        require_same(&op, op.input(0), findings);
    }
}
