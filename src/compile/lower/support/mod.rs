//! What several lowerings share: activations, multipliers, shapes.

pub mod binary;
pub mod broadcast;
pub mod comparison;
pub mod custom_options;
pub mod exponent;
pub mod extents;
pub mod inset;
pub mod interpolation;
pub mod join;
pub mod movement;
pub mod pools;
pub mod quantise;
pub mod reduction;
pub mod rename;
pub mod rescale;
pub mod resize;
pub mod rows;
pub mod space_batch;
pub mod state;
pub mod subgraph;
pub mod tables;
pub mod unary;
pub mod view;
pub mod windows;
