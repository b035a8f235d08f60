//! Sums and products that lose most of an input in the output's scale.

use super::context::{Op, Value};
use super::support::words::real;
use super::{Context, Findings, Rule, Severity};
use crate::model::{BuiltinOperator as Kind, TensorType};

pub(super) const RULE: Rule = Rule {
    name: "lost-bits",
    severity: Severity::Warning,
    meaning: "In ADD, SUB or MUL, the scales are so far apart that an input changes the output by a few codes at most.",
    remedy: "bring the branches to one range (batch normalisation before the sum, or a factor in the weights before \
             it), or do this step in int16: tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8",
    check,
};

/// An input, or a product, that spans fewer codes of the output than this has lost five bits of eight, or more.
const FEWEST_CODES: f64 = 8.0;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for op in context.ops().filter(|op| matches!(op.kind(), Kind::ADD | Kind::SUB | Kind::MUL)) {
        let (Some(one), Some(other), Some(output)) = (op.input(0), op.input(1), op.output(0)) else { continue };
        if op.kind() == Kind::MUL {
            product(&op, &one, &other, &output, findings);
        } else {
            for input in [&one, &other] {
                term(&op, input, &output, findings);
            }
        }
    }
}

/// The values of a constant are known, so what counts is how far they reach.
fn greatest_code(value: &Value<'_>) -> Option<f64> {
    let (least, greatest) = value.range().filter(|_| value.is_quantised())?;
    let zero_point = value.zero_point();
    let constant = value.data.filter(|_| value.tensor_type == TensorType::INT8);
    Some(match constant {
        Some(data) => data.iter().map(|&byte| (byte as i8 as i64 - zero_point).unsigned_abs()).max()? as f64,
        None => (greatest.saturating_sub(zero_point)).max(zero_point.saturating_sub(least)) as f64,
    })
}

fn term(op: &Op<'_>, input: &Value<'_>, output: &Value<'_>, findings: &mut Findings) {
    let (Some(codes), Some(scale), Some(output_scale)) = (greatest_code(input), input.scale(), output.scale()) else {
        return;
    };
    // A constant of zeros loses nothing.
    let span = codes * scale / output_scale;
    if output.range().is_some() && codes > 0.0 && span < FEWEST_CODES {
        let found = format!(
            "the input changes the output by {span:.2} codes at most (scale {} into {})",
            real(scale),
            real(output_scale)
        );
        findings.add(op.place_of(input), found, format!("{FEWEST_CODES} or more"));
    }
}

fn product(op: &Op<'_>, one: &Value<'_>, other: &Value<'_>, output: &Value<'_>, findings: &mut Findings) {
    let (Some(a), Some(b)) = (greatest_code(one), greatest_code(other)) else { return };
    let (Some(scale_a), Some(scale_b), Some(output_scale)) = (one.scale(), other.scale(), output.scale()) else {
        return;
    };
    let span = a * b * scale_a * scale_b / output_scale;
    if output.range().is_some() && a * b > 0.0 && span < FEWEST_CODES {
        let scales = format!("scales {} and {} into {}", real(scale_a), real(scale_b), real(output_scale));
        let found = format!("the greatest product is {span:.2} codes of the output ({scales})");
        findings.add(op.place_of(output), found, format!("{FEWEST_CODES} or more"));
    }
}
