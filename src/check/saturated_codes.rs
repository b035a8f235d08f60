//! Tensors that were often at an end of their codes on the data.

use super::context::Value;
use super::support::activation::reals;
use super::{Context, Findings, Rule, Severity};
use crate::model::BuiltinOperator as Kind;

pub(super) const RULE: Rule = Rule {
    name: "saturated-codes",
    severity: Severity::Warning,
    meaning: "On the data given, more than 1 % of the values of a tensor were at the least or the greatest code, where \
              what lies beyond is cut off.",
    remedy: "calibrate on data like that of the device, loud and bright samples included: \
             converter.representative_dataset",
    check,
};

/// More than one in this many values at an end is often.
const OFTEN: u64 = 100;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for usage in &context.facts.usage {
        let Some(value) = context.value(0, usage.tensor).filter(|value| value.is_quantised()) else { continue };
        let (Some((least, greatest)), Some((&low, &high))) =
            (value.range(), usage.counts.first().zip(usage.counts.last()))
        else {
            continue;
        };
        let values: u64 = usage.counts.iter().sum();
        let (low_is_bound, high_is_bound) = natural_ends(context, &value);
        for (count, code, is_bound) in [(low, least, low_is_bound), (high, greatest, high_is_bound)] {
            if !is_bound && count.saturating_mul(OFTEN) > values {
                let percent = 100.0 * count as f64 / values as f64;
                let place = context.writer(&value).map_or(value.place(), |op| op.place_of(&value));
                findings.add(place, format!("{percent:.1} % of {values} values are {code}"), "1 % at most");
            }
        }
    }
}

/// Whether the least and the greatest code are where values naturally end: at the bound of an activation, at the end of
/// a fixed range, or at a zero below which nothing is.
fn natural_ends(context: &Context<'_>, value: &Value<'_>) -> (bool, bool) {
    let starts_at_zero = value.range().is_some_and(|(least, _)| value.zero_point() == least);
    let Some(op) = context.writer(value) else { return (starts_at_zero, false) };
    match op.kind() {
        Kind::SOFTMAX | Kind::LOGISTIC | Kind::TANH | Kind::L2_NORMALIZATION | Kind::LOG_SOFTMAX => (true, true),
        Kind::RELU6 => (starts_at_zero, ends_at(value, 6.0)),
        _ => {
            let high = reals(op.activation()).map_or(f64::INFINITY, |(_, high)| high);
            (starts_at_zero, ends_at(value, high))
        }
    }
}

/// Whether the greatest code stands for `real`, but for a step.
fn ends_at(value: &Value<'_>, real: f64) -> bool {
    let (Some((_, greatest)), Some(scale)) = (value.range(), value.scale()) else { return false };
    ((greatest - value.zero_point()) as f64 * scale - real).abs() <= scale
}
