//! What host and chip share: the Program format, the interpreter, the kernels and the audio front end.
//!
//! No standard library, no heap, no platform maths: the same Program gives the same bytes on a PC, on an
//! emulated Cortex-M4 and on the chip.

#![no_std]
#![deny(unsafe_code)]
#![warn(missing_docs)]

#[cfg(target_endian = "big")]
compile_error!("a Program is read where it lies: the machine must be little-endian");

pub mod arena;
pub mod board;
pub mod detect;
pub mod fixed;
pub mod frontend;
pub mod instructions;
pub mod interpreter;
pub mod kernels;
pub mod log;
pub mod microphone;
pub mod pipeline;
pub mod program;
