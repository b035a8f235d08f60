//! tinyml: the host side of machine learning on microcontrollers.

#![deny(unsafe_code)]

pub mod model;
pub mod compile;
pub mod report;
