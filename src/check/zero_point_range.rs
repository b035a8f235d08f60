//! Zero points that no code of the type equals.

use super::support::converter::let_the_converter_choose;
use super::{Context, Findings, Rule, Severity};
use crate::model::TensorType;

pub(super) const RULE: Rule = Rule {
    name: "zero-point-range",
    severity: Severity::Error,
    meaning: "A zero point lies outside of its tensor's type.",
    remedy: let_the_converter_choose!(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for value in context.values().filter(|value| value.tensor_type != TensorType::INT64) {
        let Some((least, greatest)) = value.range() else { continue };
        let outside = value.zero_points().iter().find(|&&zero_point| !(least..=greatest).contains(&zero_point));
        if let Some(zero_point) = outside {
            let place = context.writer(&value).map_or(value.place(), |op| op.place_of(&value));
            let expected = format!("{least} to {greatest} for {}", value.tensor_type);
            findings.add(place, format!("zero point {zero_point}"), expected);
        }
    }
}
