//! The model that runs when none is named.

use micro_runtime::detect::DetectorSettings;

/// The keyword model for "yes" and "no"; its labels are in its metadata.
pub const KEYWORD_MODEL: &[u8] = include_bytes!("../../fixtures/models/yes_no.tflite");

/// The settings that suit it, from its evaluation on connected speech; ignored labels apart.
pub fn detector_settings() -> DetectorSettings {
    DetectorSettings { average_window_ms: 400, threshold: 150, ..DetectorSettings::default() }
}
