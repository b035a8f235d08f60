//! Metadata that makes up much of the file.

use super::{Context, Findings, Place, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "metadata-size",
    severity: Severity::Warning,
    meaning: "Metadata makes up a quarter of the file or more.",
    remedy: "take out what the device does not need, such as associated files and conversion records; tinyml leaves \
             all metadata but labels out of the Program",
    check,
};

/// Less than this is worth no word.
const LEAST_BYTES: usize = 1024;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let (bytes, file) =
        (context.model.metadata.iter().map(|entry| entry.data.len()).sum::<usize>(), context.model.bytes);
    if bytes < LEAST_BYTES || bytes < file.len() / 4 {
        return;
    }
    let largest = context.model.metadata.iter().max_by_key(|entry| entry.data.len());
    let name = largest.map_or("", |entry| &entry.name);
    let found = format!("metadata takes {bytes} of {} bytes, most of it \"{name}\"", file.len());
    findings.add(Place::default(), found, "less than a quarter");
}
