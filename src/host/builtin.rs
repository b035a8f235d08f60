//! The model that runs when none is named.

use micro_runtime::detect::{DetectorSettings, background_labels};
use micro_runtime::pipeline::Listening;

use super::loaded::labels_of;
use super::suggested::settings_of;
use crate::compile::Options;
use crate::model::Model;

/// The keyword model for "yes" and "no"; its labels are in its metadata.
pub const KEYWORD_MODEL: &[u8] = include_bytes!("../../fixtures/models/yes_no.tflite");

/// The settings that suit it, from its evaluation on connected speech, as its metadata says; ignored labels apart.
pub fn detector_settings() -> DetectorSettings {
    Model::read(KEYWORD_MODEL).ok().and_then(|model| settings_of(&model)).unwrap_or_default()
}

/// What the Program of the keyword model for a chip is compiled with: labels, and how to listen with it. There it is
/// invoked every eighth feature row: with that a chip of 48 MHz executes under 10 million instructions for each second of
/// sound and sleeps four fifths of the time. Two results in a row then span about as long as three do here.
pub fn chip_options() -> Options {
    let labels = Model::read(KEYWORD_MODEL).map(|model| labels_of(&model)).unwrap_or_default();
    let ignored_labels = background_labels(labels.iter().map(String::as_str));
    let detector = DetectorSettings { ignored_labels, minimum_count: 2, ..detector_settings() };
    let listening = Some(Listening { stride_rows: 8, detector }.record());
    Options { labels, listening, ..Options::default() }
}
