//! Whether a model is quantised as the kernels take it to be, and what else will hurt on a microcontroller.
//!
//! One file a [`Rule`], and [`RULES`] lists them. A rule looks at a [`Context`]: the model with its graph at hand, and
//! the [`Facts`] that only the caller knows, such as which operators have a kernel. It reports [`Finding`]s, each with
//! what was found, what was expected, and the remedy. Rules take any model that can be read, also such as cannot run.
//!
//! An *error* is what makes results wrong or keeps the model from running. A *warning* costs accuracy, memory or time
//! and is worth a change. A *note* is worth knowing.

use std::collections::HashSet;

mod context;
mod facts;
mod finding;
mod registry;
mod support;
#[cfg(test)]
mod tests;

mod accumulator;
mod activation_range;
mod bias_scale;
mod bias_zero_point;
mod buffer_alignment;
mod buffer_data;
mod clamped_bias;
mod collapsed_scale;
mod concatenation;
mod constant_channels;
mod dead_channels;
mod dynamic_shape;
mod fixed_output;
mod float_interface;
mod float_island;
mod float_model;
mod front_end;
mod hybrid;
mod int16x8;
mod labels;
mod lost_bits;
mod metadata_size;
mod operator_version;
mod padding;
mod per_channel_axis;
mod per_channel_count;
mod pooling;
mod repeated_buffers;
mod requantisation;
mod reshaping;
mod saturated_codes;
mod scale_value;
mod slow_path;
mod state;
mod uint8_legacy;
mod unsupported;
mod unused_buffers;
mod unused_codes;
mod weight_extreme;
mod weight_zero_point;
mod zero_point_range;

pub use context::Context;
pub use facts::{Facts, KernelFact, OperatorFact, RefusalFact, Usage};
pub use finding::{DeadChannels, Finding, Findings, Named, Place, Severity};
pub use registry::RULES;

/// One thing that is looked for.
pub struct Rule {
    /// What findings call it.
    pub name: &'static str,
    /// How bad its worst findings are.
    pub severity: Severity,
    /// What it means when it fires, in a sentence.
    pub meaning: &'static str,
    /// What to do about it: often the converter's lines to change.
    pub remedy: &'static str,
    /// Looks for it.
    pub check: fn(&Context<'_>, &mut Findings),
}

/// Everything that the rules find in a model, worst first, then in the order of the rules and of the model.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in RULES {
        let mut findings = Findings::of(rule);
        (rule.check)(context, &mut findings);
        found.extend(findings.list);
    }
    drop_explained(&mut found);
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}

/// Drops what the compiler refuses where a rule tells better what is wrong with the operator.
fn drop_explained(found: &mut Vec<Finding>) {
    let is_refusal = |finding: &Finding| finding.rule == unsupported::RULE.name;
    let op = |finding: &Finding| finding.op.as_ref().map(|op| (finding.subgraph, op.index));
    let errors = found.iter().filter(|finding| finding.severity == Severity::Error && !is_refusal(finding));
    let explained: HashSet<(usize, usize)> = errors.filter_map(op).collect();
    found.retain(|finding| {
        let is_unknown = finding.found.starts_with(unsupported::NO_KERNEL);
        !is_refusal(finding) || is_unknown || op(finding).is_none_or(|op| !explained.contains(&op))
    });
}

/// The dead channels of a model: those whose weights are all zero.
pub fn dead_channels(context: &Context<'_>) -> DeadChannels {
    dead_channels::count(context)
}
