//! Operators whose output range is known, and whose kernels write one quantisation only.

use super::support::converter::let_the_converter_choose;
use super::{Context, Findings, Rule, Severity};
use crate::model::{BuiltinOperator as Kind, TensorType};

pub(super) const RULE: Rule = Rule {
    name: "fixed-output",
    severity: Severity::Error,
    meaning: "The output of SOFTMAX, LOG_SOFTMAX, LOGISTIC, TANH or L2_NORMALIZATION has another quantisation than the \
              one that its kernel writes, so its values are misread.",
    remedy: concat!("the range of this output is known and its quantisation fixed; ", let_the_converter_choose!()),
    check,
};

/// How far a scale may be off, relative to the fixed one.
const TOLERANCE: f64 = 1e-3;

fn fixed(kind: Kind, input: TensorType, output: TensorType) -> Option<(f64, i64)> {
    use TensorType as Type;
    Some(match (kind, input, output) {
        (Kind::SOFTMAX | Kind::LOGISTIC, _, Type::INT8) => (1.0 / 256.0, -128),
        (Kind::SOFTMAX, Type::INT8, Type::INT16) => (1.0 / 65536.0, -32768),
        (Kind::SOFTMAX | Kind::LOGISTIC | Kind::TANH, _, Type::INT16) => (1.0 / 32768.0, 0),
        (Kind::LOG_SOFTMAX, _, Type::INT8) => (16.0 / 256.0, 127),
        (Kind::TANH | Kind::L2_NORMALIZATION, _, Type::INT8) => (1.0 / 128.0, 0),
        _ => return None,
    })
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for op in context.ops() {
        let (Some(input), Some(output)) = (op.input(0), op.output(0)) else { continue };
        let Some((scale, zero_point)) = fixed(op.kind(), input.tensor_type, output.tensor_type) else { continue };
        let Some(found) = output.scale() else { continue };
        if (found - scale).abs() > TOLERANCE * scale || output.zero_point() != zero_point {
            let expected = format!("scale {scale} and zero point {zero_point}");
            findings.add(op.place_of(&output), format!("output has {}", output.quantisation()), expected);
        }
    }
}
