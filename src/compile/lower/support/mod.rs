//! What several lowerings share: activations, multipliers, shapes.

pub mod quantise;
