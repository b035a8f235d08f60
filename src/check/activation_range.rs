//! Fused activations whose bounds and whose output's scale do not fit each other.

use super::support::activation::{codes, reals};
use super::support::words::real;
use super::{Context, Findings, Rule, Severity};
use crate::model::BuiltinOperator as Kind;
use crate::model::schema::ActivationFunctionType as Activation;

pub(super) const RULE: Rule = Rule {
    name: "activation-range",
    severity: Severity::Error,
    meaning: "A fused activation leaves a single code of the output; or it leaves a quarter of the codes without use (a \
              warning); or the output's scale ends before the activation does and clips in its place (a note).",
    remedy: "let calibration see the output after the activation: keep the activation fused to the layer \
             (activation='relu6', or a ReLU right behind it) and quantise again with a representative dataset",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for op in context.ops() {
        let activation = match op.kind() {
            Kind::RELU => Activation::RELU,
            Kind::RELU6 => Activation::RELU6,
            _ => op.activation(),
        };
        let Some(output) = op.output(0) else { continue };
        let (Some((low, high)), Some((least, greatest))) = (reals(activation), output.range()) else { continue };
        let (Some((first, last)), Some(scale)) = (codes(activation, &output), output.scale()) else { continue };
        let place = op.place_of(&output);
        let name = activation.variant_name().unwrap_or("the activation");
        let value = |code: i64| (code - output.zero_point()) as f64 * scale;
        let all = greatest.saturating_sub(least).saturating_add(1);
        let used = last - first + 1;
        if used <= 1 {
            findings.add(place, format!("{name} leaves the code {first} only ({})", output.quantisation()), "several");
        } else if used < all / 4 * 3 && !is_symmetric(&output) {
            let found = format!("{name} leaves {used} of {all} codes, {first} to {last}");
            findings.add(place, found, "three quarters of them at least").severity(Severity::Warning);
        } else if value(least) > low + scale || (high.is_finite() && value(greatest) < high - scale) {
            let found = format!(
                "{name} ends at {low} and {high}, the scale at {} and {}",
                real(value(least)),
                real(value(greatest))
            );
            findings.add(place, found, "").severity(Severity::Note).help(
                "this is as it should be when no sample of the representative dataset went further; otherwise give the \
                 dataset such samples",
            );
        }
    }
}

/// int16 is symmetric by rule, and wastes half of its many codes under a RELU.
fn is_symmetric(output: &super::context::Value<'_>) -> bool {
    output.tensor_type == crate::model::TensorType::INT16
}
