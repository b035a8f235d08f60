//! Operators that move or choose codes, between tensors that are quantised differently.

use super::support::data_inputs::moved_inputs;
use super::support::same::require_same;
use super::{Context, Findings, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "reshape-quantisation",
    severity: Severity::Error,
    meaning: "RESHAPE and others that move or choose codes (TRANSPOSE, SPLIT, GATHER, MAXIMUM, ...) pass them on as they \
              are, but input and output are quantised differently.",
    remedy: "convert again with TensorFlow's own quantiser, which gives both one scale; a tool that changed one of the \
             two must change the other too, or put a QUANTIZE between",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for op in context.ops() {
        require_same(&op, moved_inputs(&op), findings);
    }
}
