//! Runs Programs on this machine: one clip, a stream, a directory.

pub mod aligned;
