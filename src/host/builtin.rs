//! The model that runs when none is named.

/// The keyword model for "yes" and "no"; its labels are in its metadata.
pub const KEYWORD_MODEL: &[u8] = include_bytes!("../../fixtures/models/yes_no.tflite");
