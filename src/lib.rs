//! tinyml: the host side of machine learning on microcontrollers.
//!
//! A model is read and verified once ([`model`]), compiled to a Program ([`compile`]), and run here by the very crate
//! that runs it on the chip ([`host`], `micro_runtime`). Who may know whom is a table in `README.md`, enforced by
//! `tests/layering.rs`.

#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod aligned;
pub mod audio;
pub mod check;
pub mod cli;
pub mod compile;
pub mod estimate;
pub mod flash;
pub mod host;
pub mod model;
pub mod report;
