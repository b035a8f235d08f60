//! Twins of kernels for Cortex-M4 and M7, which multiply two pairs of 16-bit numbers at a time.
//!
//! A twin gives the bytes that its plain kernel gives. It is written with the [instructions](crate::instructions) of the
//! DSP extension, one function each, which are plain Rust on other machines: so the host runs the same loops. What a twin
//! cannot do as it is (sums of more than 30 bits, factors of a half and more, ...) the compiler leaves to the plain kernel.
//!
//! Weights are packed by the compiler, in the order in which the loops take them. Two output channels share a 16-bit
//! lane: 256 times the weight of the one plus the weight of the other. One multiplication adds both, a second one adds
//! the low weight alone, which is all that has to be widened; the difference is 256 times the sum of the other
//! channel. The compiler sees to it that it fits. Of weights of 4 bits, four output channels share a lane.
//!
//! SOFTMAX has no twin on purpose. It takes some 170 instructions an element, most of them for two exponentials, and
//! classifiers have few elements: 2,040 of 536,400 instructions for micro_speech, less than 0.1 % of larger models
//! (`fixtures/firmware/op_counts.csv`). A table of exponentials would cost every image the twin's code, and every Program
//! a word for each difference that counts: all 256 of them, 1 KB, for input steps up to 0.12. Where rows are long, this
//! is to be weighed again.

mod inner;

pub mod add;
pub mod average_pool_2d;
pub mod conv_2d;
pub mod depthwise_conv_2d;
pub mod fully_connected;
pub mod max_pool_2d;
pub mod pools;

pub use inner::channels::RECORD;
pub use inner::dense::OUTPUTS;
pub use inner::depthwise::CHANNELS;
pub use inner::nibbles::BLOCK;

/// What is added to the variant of a plain kernel for the code of its twin.
const TWIN: u16 = 1 << 15;
