//! Operators that keep something from one invocation to the next, and those that run other subgraphs.

use super::{Context, Findings, Rule, Severity};
use crate::model::BuiltinOperator as Kind;

pub(super) const RULE: Rule = Rule {
    name: "state",
    severity: Severity::Note,
    meaning: "The model keeps state between invocations, or runs other subgraphs: outputs depend on what came before.",
    remedy: "reset the interpreter between independent inputs: tinyml run --reset-between; in C++ interpreter.Reset()",
    check,
};

/// Custom operators that keep state.
const CUSTOM: &[&str] = &[
    "CIRCULAR_BUFFER",
    "SignalDelay",
    "SignalFilterBankSpectralSubtraction",
    "SignalFramer",
    "SignalOverlapAdd",
    "SignalStacker",
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for op in context.ops() {
        let found = match op.kind() {
            Kind::CALL_ONCE => "runs a subgraph in the first invocation only",
            Kind::IF | Kind::WHILE => "runs other subgraphs, as the data says",
            Kind::ASSIGN_VARIABLE => "keeps a variable until the next invocation",
            Kind::CUSTOM if op.code.custom.as_deref().is_some_and(|name| CUSTOM.contains(&name)) => {
                "keeps state until the next invocation"
            }
            _ if op.inputs().any(|input| input.is_variable) => "keeps its state in a variable tensor",
            _ => continue,
        };
        findings.add(op.place(), found, "");
    }
}
