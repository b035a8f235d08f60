//! What several kernels share: iteration, requantisation, dot products. No kernel calls another.

pub mod activation;
pub mod dot;
pub mod pool;
pub mod requantise;
pub mod rows;
pub mod table;
pub mod window;
