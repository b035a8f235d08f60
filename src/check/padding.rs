//! PADs between tensors that are quantised differently.

use super::support::same::require_same;
use super::{Context, Findings, Rule, Severity};
use crate::model::BuiltinOperator as Kind;

pub(super) const RULE: Rule = Rule {
    name: "pad-quantisation",
    severity: Severity::Error,
    meaning: "PAD, PADV2 and MIRROR_PAD copy codes as they are, but an input or the padding value is quantised \
              differently from the output.",
    remedy: "convert again with TensorFlow's own quantiser, which gives both one scale, or let the convolution pad: \
             padding='same' in place of a ZeroPadding2D layer",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for op in context.ops() {
        match op.kind() {
            Kind::PAD | Kind::MIRROR_PAD => require_same(&op, op.input(0), findings),
            Kind::PADV2 => require_same(&op, op.input(0).into_iter().chain(op.input(2)), findings),
            _ => {}
        }
    }
}
