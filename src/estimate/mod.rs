//! What a model will cost, without running it.

pub mod instructions;
pub mod macs;
pub mod power;
pub mod tflm;
pub mod what_if;
