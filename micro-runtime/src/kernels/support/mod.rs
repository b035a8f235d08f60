//! What several kernels share: iteration, requantisation, dot products. No kernel calls another.

pub mod activation;
pub mod binary;
pub mod broadcast;
pub mod comparison;
pub mod conversion;
pub mod curves;
pub mod dot;
pub mod exponential;
pub mod extents;
pub mod interpolation;
pub mod inverse_root;
pub mod map;
pub mod pool;
pub mod reciprocal;
pub mod reduce;
pub mod requantise;
pub mod rescale;
pub(crate) mod ring;
pub mod rows;
pub mod runs;
pub mod sigmoid;
pub mod space_batch;
pub mod table;
pub mod values;
pub mod window;
