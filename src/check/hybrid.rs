//! Dynamic-range quantisation: integers as weights, floats as activations.

use super::support::converter::full_integer;
use super::{Context, Findings, Rule, Severity};
use crate::model::{BuiltinOperator as Kind, TensorType};

pub(super) const RULE: Rule = Rule {
    name: "hybrid",
    severity: Severity::Error,
    meaning: "Weights are integers, activations are floats (dynamic-range quantisation), for which microcontrollers \
              have no kernels; or weights are turned back into floats at run time (a warning).",
    remedy: concat!(
        "give the converter a representative dataset, without which it quantises weights only: ",
        full_integer!()
    ),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for weights in context.weights() {
        let (input, kind) = (weights.input.tensor_type, weights.weights.tensor_type);
        let is_integer = matches!(kind, TensorType::INT8 | TensorType::INT4 | TensorType::UINT8);
        if input == TensorType::FLOAT32 && is_integer {
            let found = format!("{kind} weights with a {input} input");
            findings.add(weights.op.place_of(&weights.weights), found, "an int8 input");
        }
    }
    for op in context.ops().filter(|op| op.kind() == Kind::DEQUANTIZE) {
        if let Some(input) = op.input(0).filter(|input| input.data.is_some()) {
            let found = format!("{} weights are turned into floats at run time", input.tensor_type);
            findings.add(op.place_of(&input), found, "int8 arithmetic").severity(Severity::Warning);
        }
    }
}
