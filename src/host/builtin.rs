//! The model that runs when none is named.

use micro_runtime::detect::DetectorSettings;

use super::loaded::labels_of;
use super::suggested::{self, settings_of};
use crate::compile::Options;
use crate::model::Model;

/// The keyword model for "yes" and "no"; its labels are in its metadata.
pub const KEYWORD_MODEL: &[u8] = include_bytes!("../../fixtures/models/yes_no.tflite");

/// The settings that suit it, from its evaluation on connected speech, as its metadata says; ignored labels apart.
pub fn detector_settings() -> DetectorSettings {
    Model::read(KEYWORD_MODEL).ok().and_then(|model| settings_of(&model)).unwrap_or_default()
}

/// What the Program of the keyword model for a chip is compiled with: labels, and how to listen with it.
pub fn chip_options() -> Options {
    let Ok(model) = Model::read(KEYWORD_MODEL) else { return Options::default() };
    let labels = labels_of(&model);
    Options { listening: suggested::listening(&model, &labels), labels, ..Options::default() }
}
