//! What several lowerings share: activations, multipliers, shapes.

pub mod binary;
pub mod broadcast;
pub mod exponent;
pub mod interpolation;
pub mod pools;
pub mod quantise;
pub mod rename;
pub mod rescale;
pub mod rows;
pub mod tables;
pub mod unary;
pub mod windows;
