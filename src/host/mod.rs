//! Runs Programs on this machine: one clip, a stream, a directory.

pub mod builtin;
pub mod census;
pub mod dataset;
pub mod features;
pub mod invoke;
pub mod loaded;
pub mod scoring;
pub mod sound;
pub mod suggested;
pub mod sweep;
pub mod tensor_file;
pub mod truth;
