//! The front end's stages for the one size that streams use, two 16-bit numbers at a time.
//!
//! Each function gives the bytes of the plain stages that it names, which the kernels of the Signal operators call and
//! which are its oracle. Words hold two lanes: a pair of samples, or the real (low) and imaginary part of a complex
//! number.

mod channels;
mod transform;

pub use channels::{levels, rounded_square_root};
pub use transform::{FRAME, SPECTRUM, energies, windowed};
