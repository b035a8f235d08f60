//! What a model will cost, without running it.

pub mod macs;
