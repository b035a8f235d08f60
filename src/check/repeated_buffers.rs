//! The same bytes more than once.

use std::collections::HashMap;

use super::{Context, Findings, Place, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "repeated-buffers",
    severity: Severity::Warning,
    meaning: "Several buffers hold the same bytes, each taking flash of its own.",
    remedy: "share the layer or the constant in the training code, so that the converter writes it once; current \
             converters merge equal constants by themselves",
    check,
};

/// Shorter buffers are equal by chance, and hardly worth a word.
const SHORTEST: usize = 32;

/// From here on it is worth a change.
const WORTH_BYTES: usize = 1024;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut firsts: HashMap<&[u8], usize> = HashMap::new();
    let mut tensors = HashMap::new();
    context.values().for_each(|value| {
        tensors.entry(value.buffer).or_insert(value);
    });
    for (index, bytes) in context.model.buffers.iter().enumerate() {
        let Some(bytes) = bytes.filter(|bytes| bytes.len() >= SHORTEST) else { continue };
        let first = *firsts.entry(bytes).or_insert(index);
        if first == index {
            continue;
        }
        let place = tensors.get(&index).map_or(Place::default(), |value| value.place());
        let found = format!("buffer {index} holds the same {} bytes as buffer {first}", bytes.len());
        let severity = if bytes.len() >= WORTH_BYTES { Severity::Warning } else { Severity::Note };
        findings.add(place, found, "").severity(severity);
    }
}
