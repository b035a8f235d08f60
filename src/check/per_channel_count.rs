//! Another number of scales or zero points than there are channels.

use super::support::converter::let_the_converter_choose;
use super::{Context, Findings, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "per-channel-count",
    severity: Severity::Error,
    meaning: "There are more or fewer scales than channels, or more or fewer zero points than scales.",
    remedy: let_the_converter_choose!(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for layer in context.weights() {
        for value in [Some(&layer.weights), layer.bias.as_ref()].into_iter().flatten() {
            let count = value.scales().len();
            if count > 1 && count != layer.channels {
                let expected = format!("1 or {}, one a channel,", layer.channels);
                findings.add(layer.op.place_of(value), format!("{count} scales"), expected);
            }
        }
    }
    for value in context.values() {
        let (scales, zero_points) = (value.scales().len(), value.zero_points().len());
        if value.range().is_some() && scales != zero_points {
            let place = context.writer(&value).map_or(value.place(), |op| op.place_of(&value));
            let finding =
                findings.add(place, format!("{zero_points} zero points"), format!("{scales}, as there are scales,"));
            // Those that are left out are taken as 0.
            if zero_points == 0 {
                finding.severity(Severity::Warning);
            }
        }
    }
}
