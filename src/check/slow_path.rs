//! Operators that run on the plain kernel although their kind has a fast one.

use super::support::converter::full_integer;
use super::{Context, Findings, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "slow-path",
    severity: Severity::Note,
    meaning: "The operator's kind has a kernel with DSP instructions, but not for these types; the plain kernel runs.",
    remedy: concat!("int8 with int8 weights has the fast kernels: ", full_integer!()),
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
