//! Bytes of the file that nothing reads.

use super::{Context, Findings, Place, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "unused-buffers",
    severity: Severity::Warning,
    meaning: "Constants that no operator reads, or buffers that no tensor refers to. They take flash where the file \
              itself is deployed; tinyml leaves them out of the Program.",
    remedy: "convert the model again, from a saved model with the signature that you deploy only, so that nothing is \
             left over",
    check,
};

/// From here on it is worth a change.
const WORTH_BYTES: usize = 1024;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    let mut is_named = vec![false; model.buffers.len()];
    let mut name = |buffer: usize| {
        if let Some(named) = is_named.get_mut(buffer) {
            *named = true;
        }
    };
    model.metadata.iter().for_each(|entry| name(entry.buffer));
    context.values().for_each(|value| name(value.buffer));
    for (index, buffer) in model.buffers.iter().enumerate() {
        if let (Some(bytes), false) = (buffer, is_named[index]) {
            let found = format!("no tensor refers to buffer {index} of {} bytes", bytes.len());
            findings.add(Place::default(), found, "").severity(worth(bytes.len()));
        }
    }

    let mut is_read: Vec<Vec<bool>> = model.subgraphs.iter().map(|graph| vec![false; graph.tensors.len()]).collect();
    for op in context.ops() {
        op.inputs().for_each(|input| is_read[op.subgraph][input.index] = true);
    }
    for (is_read, graph) in is_read.iter_mut().zip(&model.subgraphs) {
        graph.outputs.iter().for_each(|&output| is_read[output] = true);
    }
    for value in context.values() {
        if let (Some(data), false) = (value.data, is_read[value.subgraph][value.index]) {
            let found = format!("no operator reads this constant of {} bytes", data.len());
            findings.add(value.place(), found, "").severity(worth(data.len()));
        }
    }
}

fn worth(bytes: usize) -> Severity {
    if bytes >= WORTH_BYTES { Severity::Warning } else { Severity::Note }
}
