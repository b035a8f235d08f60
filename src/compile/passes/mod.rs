//! Rewrites that provably keep every output bit.

pub mod fold;
pub mod ring;
