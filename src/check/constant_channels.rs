//! Output channels that have weights, and hold the same code for every input all the same.

use super::support::activation::codes;
use super::support::words::counted;
use super::{Context, Findings, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "constant-channels",
    severity: Severity::Warning,
    meaning: "Whatever the input, half of the output channels or more (fewer are a note) hold the same code: weights \
              and scale are so small, or biases so large, that rounding and the activation leave nothing.",
    remedy: "prune these channels, or calibrate on data like that of the device, so that the output scale fits",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for layer in context.weights() {
        let Some((least, greatest)) = codes(layer.op.activation(), &layer.output) else { continue };
        let code = |sum: i128, factor: f64| {
            let code = (sum as f64 * factor).round() + layer.output.zero_point() as f64;
            code.clamp(least as f64, greatest as f64)
        };
        let constant = (0..layer.sums.len()).filter(|&channel| {
            let (Some((low, high)), Some(factor)) = (layer.accumulator(channel), layer.factor(channel)) else {
                return false;
            };
            !layer.sums[channel].is_dead() && least < greatest && code(low, factor) == code(high, factor)
        });
        let constant: Vec<usize> = constant.collect();
        if let Some(first) = constant.first() {
            let (count, channels) = (constant.len(), counted(layer.channels, "channel"));
            let found = format!("{count} of {channels} give one code for every input, the first channel {first}");
            let finding = findings.add(layer.op.place_of(&layer.weights), found, "");
            if count * 2 < layer.channels {
                finding.severity(Severity::Note);
            }
        }
    }
}
