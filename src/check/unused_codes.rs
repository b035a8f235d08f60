//! Tensors that used few of their codes on the data.

use super::{Context, Findings, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "unused-codes",
    severity: Severity::Warning,
    meaning: "On the data given, the values of a tensor stayed within a quarter of its codes: two bits or more are lost.",
    remedy: "calibrate on data like that of the device (converter.representative_dataset) without outliers; a few \
             extreme samples widen the range for all",
    check,
};

/// With fewer values than this, the data tells nothing.
const FEWEST_VALUES: u64 = 256;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for usage in &context.facts.usage {
        let Some(value) = context.value(0, usage.tensor).filter(|value| value.is_quantised()) else { continue };
        let (Some(first), Some(last)) =
            (usage.counts.iter().position(|&count| count > 0), usage.counts.iter().rposition(|&count| count > 0))
        else {
            continue;
        };
        let (used, all) = (last - first + 1, usage.counts.len());
        if usage.counts.iter().sum::<u64>() >= FEWEST_VALUES && used * 4 < all {
            let least = value.range().map_or(0, |range| range.0);
            let found = format!("codes {} to {} occur, {used} of {all}", least + first as i64, least + last as i64);
            let place = context.writer(&value).map_or(value.place(), |op| op.place_of(&value));
            findings.add(place, found, "a quarter of them or more");
        }
    }
}
