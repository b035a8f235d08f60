//! Constant data that begins where a microcontroller cannot, or may not, read it in place.

use super::{Context, Findings, Rule, Severity};
use crate::model::element_bits;

pub(super) const RULE: Rule = Rule {
    name: "buffer-alignment",
    severity: Severity::Warning,
    meaning: "Constant data does not begin at a multiple of 16 bytes (a note), or not even of its element (a warning). \
              Interpreters that read weights in place then read slowly, or fault.",
    remedy: "tinyml packs weights anew, so nothing is to be done for it; for TensorFlow Lite Micro write the file with a \
             tool that keeps force_align: 16 of the schema, as TensorFlow's converter now does",
    check,
};

/// What the schema asks for.
const ALIGNMENT: usize = 16;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let file = context.model.bytes.as_ptr() as usize;
    let mut loose = Vec::new();
    let mut constants = 0;
    for value in context.values() {
        let Some(data) = value.data else { continue };
        constants += 1;
        // Data is a part of the file, so this cannot be negative.
        let start = (data.as_ptr() as usize).saturating_sub(file);
        let element = element_bits(value.tensor_type).unwrap_or(8).div_ceil(8);
        if !start.is_multiple_of(element) {
            findings.add(value.place(), format!("data begins at byte {start}"), format!("a multiple of {element}"));
        } else if !start.is_multiple_of(ALIGNMENT) {
            loose.push((value, start));
        }
    }
    if let Some((value, start)) = loose.first() {
        let count = loose.len();
        let found = format!("{count} of {constants} constants begin off a multiple of 16, this one at byte {start}");
        findings.add(value.place(), found, "").severity(Severity::Note);
    }
}
