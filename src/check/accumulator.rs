//! Sums that may not fit 32 bits.

use super::support::words::and_more;
use super::{Context, Findings, Rule, Severity};
use crate::model::TensorType;

pub(super) const RULE: Rule = Rule {
    name: "accumulator",
    severity: Severity::Warning,
    meaning: "With the worst input, products and bias add up to 2^31 or more, where a sum of 32 bits overflows.",
    remedy: "make the layer smaller (fewer weights to a sum), or keep its bias small: a large one comes with a tiny input \
             or weight scale",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for layer in context.weights() {
        // With biases of 64 bits, int16 kernels add up in 64 bits; without any, too.
        let is_wide = layer.input.tensor_type == TensorType::INT16
            && layer.bias.as_ref().is_none_or(|bias| bias.tensor_type == TensorType::INT64);
        if is_wide || !matches!(layer.input.tensor_type, TensorType::INT8 | TensorType::INT16) {
            continue;
        }
        let worst = |channel: usize| {
            let (low, high) = layer.accumulator(channel)?;
            Some(if -low > high { low } else { high })
        };
        let fits = |sum: i128| i32::try_from(sum).is_ok();
        let mut outside =
            (0..layer.sums.len()).filter_map(|channel| Some((channel, worst(channel)?))).filter(|&(_, sum)| !fits(sum));
        if let Some((channel, sum)) = outside.next() {
            let more = and_more(outside.count(), "channel");
            let found = format!("the sum of channel {channel} may reach {sum}{more}");
            findings.add(layer.op.place_of(&layer.weights), found, "-2,147,483,648 to 2,147,483,647");
        }
    }
}
