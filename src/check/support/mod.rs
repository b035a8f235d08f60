//! What several rules share.

pub mod activation;
pub mod alternatives;
pub mod body;
pub mod converter;
pub mod data_inputs;
pub mod same;
pub mod weights;
pub mod words;
