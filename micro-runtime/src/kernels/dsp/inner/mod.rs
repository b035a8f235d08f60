//! The inner loops of the twins.
//!
//! Each function asks once whether the runs that it is given are as long as it is going to walk, and panics if they
//! are not; then it reads and writes without asking. These files, and those of the instructions, are the only ones of
//! the twins with unsafe code.

pub mod channels;
pub mod dense;
pub mod depthwise;
pub mod nibbles;
pub mod pixels;
pub mod pools;
pub mod sums;
pub mod widen;
