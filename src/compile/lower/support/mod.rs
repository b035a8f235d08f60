//! What several lowerings share: activations, multipliers, shapes.

pub mod quantise;
pub mod rename;
