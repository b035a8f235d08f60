//! What `tinyml run` says.

pub mod dataset;
pub mod sound;
pub mod sweep;
pub mod tensors;
pub mod truth;

use serde::Serialize;

/// The model that ran.
#[derive(Clone, Debug, Serialize)]
pub struct ModelName {
    /// Name of its file.
    pub name: String,
    /// SHA-256 of the model, in hexadecimal.
    pub sha256: String,
}
