//! What a model will cost, without running it.

pub mod macs;
pub mod tflm;
pub mod what_if;
