//! Runs Programs on this machine: one clip, a stream, a directory.

pub mod aligned;
pub mod tensor_file;
