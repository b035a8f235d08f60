//! Scales that cannot be.

use super::support::converter::let_the_converter_choose;
use super::support::words::{and_more, real};
use super::{Context, Findings, Place, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "scale-value",
    severity: Severity::Error,
    meaning: "A scale is zero, negative, infinite or no number, or missing where integers are multiplied; or so small \
              that it has lost digits (a warning).",
    remedy: concat!(
        "a range of calibration was empty or broke off; check that the representative dataset yields real, finite \
         samples; ",
        let_the_converter_choose!()
    ),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for value in context.values() {
        let place = || context.writer(&value).map_or(value.place(), |op| op.place_of(&value));
        let scales = value.scales();
        let describe = |channel: usize| match scales.len() {
            1 => format!("scale {}", real(scales[0].into())),
            _ => format!("scale {} of channel {channel}", real(scales[channel].into())),
        };
        let is_bad = |scale: f32| !(scale.is_finite() && scale > 0.0);
        let is_tiny = |scale: f32| scale > 0.0 && scale.is_subnormal();
        report(findings, scales, is_bad, &describe, &place, "a finite one above 0");
        let before = findings.list.len();
        report(findings, scales, is_tiny, &describe, &place, "a normal number");
        findings.list[before..].iter_mut().for_each(|finding| finding.severity = Severity::Warning);
    }
    for layer in context.weights() {
        for value in [&layer.input, &layer.weights, &layer.output] {
            let is_integer = value.range().is_some();
            if is_integer && layer.weights.range().is_some() && value.scales().is_empty() {
                findings.add(layer.op.place_of(value), format!("{} tensor without a scale", value.tensor_type), "one");
            }
        }
    }
}

/// Adds one finding for all scales that are `wrong`.
fn report(
    findings: &mut Findings,
    scales: &[f32],
    wrong: impl Fn(f32) -> bool,
    describe: &impl Fn(usize) -> String,
    place: &impl Fn() -> Place,
    expected: &str,
) {
    let mut channels = (0..scales.len()).filter(|&channel| wrong(scales[channel]));
    if let Some(first) = channels.next() {
        let found = describe(first) + &and_more(channels.count(), "channel");
        findings.add(place(), found, expected);
    }
}
