//! Channels whose weights have next to no resolution, or a scale that has collapsed.

use super::support::words::{counted, real};
use super::{Context, Findings, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "collapsed-scale",
    severity: Severity::Warning,
    meaning: "The weight scales of some channels are ten thousand times below the median: training has all but switched \
              these channels off. Or, with one scale for all channels, some channels use a few codes only (a note).",
    remedy: "prune the channels, or train with weight decay or batch normalisation so that channels stay comparable",
    check,
};

/// Below this part of the median, a scale counts as collapsed.
const COLLAPSED: f64 = 1e-4;

/// With codes no further from 0 than this, a channel has two bits and a sign.
const FEW_CODES: i64 = 3;

const PER_CHANNEL: &str = "quantise dense layers by channel too: \
    converter._experimental_disable_per_channel_quantization_for_dense_layers = False, with a current TensorFlow";

fn check(context: &Context<'_>, findings: &mut Findings) {
    for layer in context.weights().iter().filter(|layer| !layer.sums.is_empty()) {
        if layer.weights.scales().len() == layer.channels && layer.channels > 1 {
            per_channel(layer, findings);
        } else if layer.weights.scales().len() == 1 {
            let few = layer.sums.iter().filter(|sums| (1..=FEW_CODES).contains(&sums.largest)).count();
            if few > 0 && layer.channels > 1 {
                let channels = counted(layer.channels, "channel");
                let found = format!("{few} of {channels} use weights of -{FEW_CODES} to {FEW_CODES} only");
                let place = layer.op.place_of(&layer.weights);
                findings.add(place, found, "").severity(Severity::Note).help(PER_CHANNEL);
            }
        }
    }
}

fn per_channel(layer: &super::support::weights::Weights<'_>, findings: &mut Findings) {
    let mut scales: Vec<f64> = (0..layer.channels).filter_map(|channel| layer.weight_scale(channel)).collect();
    scales.sort_by(f64::total_cmp);
    // Where most channels have collapsed, the upper end tells what is usual.
    let Some(&usual) = scales.get(scales.len() - 1 - scales.len() / 8) else { return };
    let collapsed: Vec<f64> = scales.into_iter().filter(|scale| *scale < usual * COLLAPSED).collect();
    if let Some(least) = collapsed.first() {
        let (count, channels) = (collapsed.len(), counted(layer.channels, "channel"));
        let found = format!("scales of {count} of {channels} have collapsed, to {} at the least", real(*least));
        findings.add(layer.op.place_of(&layer.weights), found, format!("near {}", real(usual)));
    }
}
