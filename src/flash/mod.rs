//! Firmware and model onto a board.
//!
//! [`image`] lays out what goes where and refuses what cannot run; it is pure. The loaders ([`asb`], [`svl`]) speak
//! with a bootloader over a [`port::Port`], in real or simulated time; [`swd`] with a debug probe; [`sim`] holds the boards that they are tried
//! on, with every rule of the real flash. Nothing here prints: what happens is told by [`transport::Event`]s.

pub mod asb;
pub mod contents;
pub mod firmware;
pub mod fit;
pub mod format;
pub mod holder;
pub mod image;
pub mod line;
pub mod log_lines;
pub mod port;
pub mod ports;
pub mod qemu;
pub mod rates;
pub mod sim;
pub mod svl;
pub mod swd;
pub mod transport;
pub mod words;
