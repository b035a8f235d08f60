//! Operators that multiply much and run on the plain kernel.

use super::support::converter::full_integer;
use super::{Context, Findings, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "slow-path",
    severity: Severity::Note,
    meaning: "An operator runs on the plain kernel also on a Cortex-M4: there is none with DSP instructions for it, or none \
              for these types.",
    remedy: concat!("CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED in int8 have the fast kernels: ", full_integer!()),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for kernel in context.facts.kernels.iter().filter(|kernel| kernel.misses_twin) {
        let (subgraph, index) = kernel.operator;
        if let Some(op) = context.op(subgraph, index) {
            findings.add(op.place(), format!("runs on the plain kernel {}", kernel.name), "a fast one");
        }
    }
}
