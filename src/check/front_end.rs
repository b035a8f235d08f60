//! An input that is not what the audio front end gives.

use super::{Context, Findings, Place, Rule, Severity};
use crate::model::TensorType;

pub(super) const RULE: Rule = Rule {
    name: "front-end",
    severity: Severity::Error,
    meaning: "The model's labels say that it listens, but its input does not take rows of 40 int8 features; or takes them \
              in another scale than the front end gives, so that it hears everything too loud or too quiet (a warning).",
    remedy: "train on the features of the front end itself (tinyml features) as [49, 40], scaled by 26/256 from -128, and \
             with converter.inference_input_type = tf.int8",
    check,
};

/// Features in a row.
const CHANNELS: usize = 40;

/// What a step of a feature stands for, when training takes features as `(feature + 128) * 26 / 256`, as most do.
const SCALE: f64 = 26.0 / 256.0;

/// Calibration finds a range near it.
const TOLERANCE: f64 = 0.1;

fn check(context: &Context<'_>, findings: &mut Findings) {
    if !context.facts.takes_sound {
        return;
    }
    let inputs: Vec<_> = context.model_inputs().collect();
    let [input] = &inputs[..] else {
        findings.add(Place::default(), format!("{} inputs", inputs.len()), "one, of feature rows");
        return;
    };
    let elements = input.elements();
    if input.tensor_type != TensorType::INT8 {
        findings.add(input.place(), format!("the input is {}", input.tensor_type), "int8 features");
    } else if elements == 0 || !elements.is_multiple_of(CHANNELS) {
        let found = format!("the input takes {elements} values");
        findings.add(input.place(), found, format!("rows of {CHANNELS} features"));
    } else if let Some(scale) = input.scale()
        && ((scale - SCALE).abs() > TOLERANCE * SCALE || input.zero_point() != i8::MIN as i64)
    {
        let found = format!("the input has {}", input.quantisation());
        let expected = format!("about scale {SCALE} and zero point -128");
        findings.add(input.place(), found, expected).severity(Severity::Warning);
    }
}
