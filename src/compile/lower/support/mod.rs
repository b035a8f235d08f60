//! What several lowerings share: activations, multipliers, shapes.

pub mod exponent;
pub mod quantise;
pub mod rename;
pub mod rows;
pub mod table;
pub mod pools;
pub mod quantise;
pub mod windows;
pub mod binary;
pub mod broadcast;
pub mod quantise;
pub mod rescale;
