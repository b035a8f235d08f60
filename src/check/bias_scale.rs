//! Biases in another unit than the products they are added to.

use super::support::converter::let_the_converter_choose;
use super::support::words::{and_more, real};
use super::{Context, Findings, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "bias-scale",
    severity: Severity::Error,
    meaning: "The scale of a bias differs by more than 0.01 % from input scale times weight scale, in the unit of which \
              it is added, so that the bias counts for too much or too little.",
    remedy: concat!(
        "whatever changed the scale of the input or the weights must scale the biases too; ",
        let_the_converter_choose!()
    ),
    check,
};

/// How far it may be off, relative to the product; single precision is off by 1e-7.
const TOLERANCE: f64 = 1e-4;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for layer in context.weights() {
        let (Some(bias), Some(input)) = (&layer.bias, layer.input.scale()) else { continue };
        let scales = bias.scales();
        let fits = |count: usize| count == 1 || count == layer.channels;
        if bias.range().is_none() || !fits(scales.len()) || !fits(layer.weights.scales().len()) {
            continue;
        }
        let channels = if layer.weights.scales().len() == 1 { scales.len() } else { layer.scaled_channels() };
        let wrong = (0..channels).filter_map(|channel| {
            let needed = input * layer.weight_scale(channel)?;
            let found = scales[if scales.len() == 1 { 0 } else { channel }] as f64;
            // Products that are no normal number of single precision have lost digits.
            let is_normal = needed >= f32::MIN_POSITIVE as f64;
            let error = (found - needed).abs() / needed;
            (is_normal && error > TOLERANCE).then_some((channel, found, needed, error))
        });
        let wrong: Vec<_> = wrong.collect();
        let Some(&(channel, found, needed, _)) = wrong.iter().max_by(|one, other| one.3.total_cmp(&other.3)) else {
            continue;
        };
        let of_channel = if channels > 1 { format!(" of channel {channel}") } else { String::new() };
        let found = format!("bias scale {}{of_channel}{}", real(found), and_more(wrong.len() - 1, "channel"));
        let expected =
            format!("{} (input scale {} times weight scale {})", real(needed), real(input), real(needed / input));
        findings.add(layer.op.place_of(bias), found, expected);
    }
}
