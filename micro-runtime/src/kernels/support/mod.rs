//! What several kernels share: iteration, requantisation, dot products. No kernel calls another.

pub mod activation;
pub mod binary;
pub mod broadcast;
pub mod dot;
pub mod pool;
pub mod requantise;
pub mod rows;
pub mod table;
pub mod window;
pub mod reciprocal;
pub mod requantise;
pub mod rescale;
