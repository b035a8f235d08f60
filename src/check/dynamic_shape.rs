//! Shapes that are known only at run time.

use super::{Context, Findings, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "dynamic-shape",
    severity: Severity::Warning,
    meaning: "An extent other than the batch is left open. A microcontroller plans its memory beforehand, with the \
              extents that the file gives in its place, mostly 1.",
    remedy: "fix the shapes before converting: tf.keras.Input(shape=(49, 40), batch_size=1), or \
             model.signatures[...].inputs[0].set_shape([1, 49, 40])",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for value in context.values().filter(|value| value.data.is_none()) {
        let Some(signature) = &value.shape_signature else { continue };
        // The first dimension is the batch, which is one at a time.
        let Some(open) = signature.iter().skip(1).position(|&extent| extent < 0) else { continue };
        let signature: Vec<String> = signature.iter().take(8).map(i32::to_string).collect();
        let found = format!("dimension {} of shape [{}] is open", open + 1, signature.join(", "));
        let place = match context.writer(&value) {
            Some(op) => op.place_of(&value),
            None => value.place(),
        };
        findings.add(place, found, "a fixed extent");
    }
}
