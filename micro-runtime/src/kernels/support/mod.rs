//! What several kernels share: iteration, requantisation, dot products. No kernel calls another.

pub mod activation;
pub mod dot;
pub mod requantise;
pub mod rows;
pub mod table;
