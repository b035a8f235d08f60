//! PRELU: `output = input` where it is not negative, else `input * alpha`; alpha is broadcast.
//!
//! Quantised kernels have a multiplier for either side of zero; the alpha of an `int16` input is `int8`. The rule is
//! TFLM's reference kernel.

use bytemuck::{Pod, Zeroable};

use super::support::binary::{Binary, Parameters, kernel};
use super::support::broadcast::Broadcast;
use super::support::rescale::Requantise;
use super::{Fault, Kernel, code, number};

/// Parameters of the quantised kernels. Inputs: input, alpha. One output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct QuantisedParameters {
    /// The shapes.
    pub broadcast: Broadcast,
    /// The negated zero point of the input, in `-32767..=32768`.
    pub input_offset: i32,
    /// The negated zero point of alpha, in `-32767..=32768`.
    pub alpha_offset: i32,
    /// From values of at least 0 to the output.
    pub positive: Requantise,
    /// From products of negative values and alpha to the output.
    pub negative: Requantise,
}

impl Parameters for QuantisedParameters {
    fn broadcast(&self) -> &Broadcast {
        &self.broadcast
    }

    fn check(&self) -> Result<(), Fault> {
        let offsets = -32767..=32768;
        if !offsets.contains(&self.input_offset) || !offsets.contains(&self.alpha_offset) {
            return Err(Fault::new("a zero point is out of range"));
        }
        self.positive.check()?;
        self.negative.check()
    }
}

impl QuantisedParameters {
    #[inline(always)]
    fn apply(&self, input: i32, alpha: i32) -> i32 {
        let input = input.wrapping_add(self.input_offset);
        if input >= 0 {
            self.positive.apply(input)
        } else {
            self.negative.apply(input.wrapping_mul(alpha.wrapping_add(self.alpha_offset)))
        }
    }
}

struct Int8;

impl Binary for Int8 {
    type Left = i8;
    type Right = i8;
    type Out = i8;
    type Parameters = QuantisedParameters;

    #[inline(always)]
    fn apply(p: &QuantisedParameters, input: i8, alpha: i8) -> i8 {
        p.apply(input as i32, alpha as i32) as i8
    }
}

struct Int16;

impl Binary for Int16 {
    type Left = i16;
    type Right = i8;
    type Out = i16;
    type Parameters = QuantisedParameters;

    #[inline(always)]
    fn apply(p: &QuantisedParameters, input: i16, alpha: i8) -> i16 {
        p.apply(input as i32, alpha as i32) as i16
    }
}

struct Float32;

impl Binary for Float32 {
    type Left = f32;
    type Right = f32;
    type Out = f32;
    type Parameters = Broadcast;

    #[inline(always)]
    fn apply(_: &Broadcast, input: f32, alpha: f32) -> f32 {
        if input >= 0.0 { input } else { input * alpha }
    }
}

/// `int8`.
pub const INT8: Kernel = kernel::<Int8>(code(number::PRELU, 0), "PRELU int8");

/// `int16`.
pub const INT16: Kernel = kernel::<Int16>(code(number::PRELU, 1), "PRELU int16");

/// `float32`.
pub const FLOAT32: Kernel = kernel::<Float32>(code(number::PRELU, 2), "PRELU float32");
