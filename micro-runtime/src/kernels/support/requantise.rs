//! From accumulators to quantised outputs.
//!
//! Kernels hand over the sums of several neighbouring channels at once, so that all but the multiplication itself works
//! on vectors.

use core::marker::PhantomData;

use bytemuck::{Pod, Zeroable};

use crate::arena::{Element, Input, Output};
use crate::fixed::Multiplier;
use crate::kernels::{Call, Fault, Op};

/// The last step of a quantised kernel: add the output zero point, clamp to the fused activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct OutputStage {
    /// Zero point of the output.
    pub zero_point: i32,
    /// Least output value.
    pub minimum: i32,
    /// Greatest output value.
    pub maximum: i32,
}

impl OutputStage {
    /// The output value of a scaled accumulator.
    #[inline(always)]
    pub fn apply(self, scaled: i32) -> i32 {
        // Not `clamp`, which panics when the bounds are the wrong way round.
        scaled.wrapping_add(self.zero_point).max(self.minimum).min(self.maximum)
    }
}

/// One multiplier for each output channel, or one for all.
#[derive(Clone, Copy)]
pub struct ChannelMultipliers<'a> {
    mantissas: Input<'a, i32>,
    exponents: Input<'a, i8>,
}

impl<'a> ChannelMultipliers<'a> {
    /// Those in inputs `index` (mantissas, `int32`) and `index + 1` (exponents, `int8`).
    pub fn of(call: &Call<'a>, index: usize) -> Self {
        ChannelMultipliers { mantissas: call.input(index), exponents: call.input(index + 1) }
    }

    /// Requires inputs `index` and `index + 1` to be the constant multipliers of `channels` channels, or one for
    /// all, each with a mantissa that is not negative and an exponent in `-31..=30`.
    pub fn check(op: &Op<'_>, index: usize, channels: usize) -> Result<(), Fault> {
        let mantissas = op.constant_input::<i32>(index)?;
        let exponents = op.constant_input::<i8>(index + 1)?;
        if mantissas.len() != exponents.len() || (mantissas.len() != channels && mantissas.len() != 1) {
            return Err(Fault::new("it has the wrong number of multipliers"));
        }
        if mantissas.iter().any(|mantissa| mantissa < 0) || exponents.iter().any(|e| !(-31..=30).contains(&e)) {
            return Err(Fault::new("a multiplier is out of range"));
        }
        Ok(())
    }

    /// Lets `apply` scale the sums of the channels from `first` on.
    #[inline(always)]
    fn each<const N: usize>(&self, first: usize, sums: &mut [i32; N], apply: impl Fn(Multiplier, i32) -> i32) {
        if self.mantissas.len() == 1 {
            let multiplier = self.get(0);
            for sum in sums {
                *sum = apply(multiplier, *sum);
            }
            return;
        }
        let (mantissas, exponents) = (self.mantissas.range(first, N), self.exponents.range(first, N));
        for (lane, sum) in sums.iter_mut().enumerate() {
            let multiplier = Multiplier { mantissa: mantissas.get(lane), exponent: exponents.get(lane) as i32 };
            *sum = apply(multiplier, *sum);
        }
    }

    /// The multiplier of `channel`.
    #[inline(always)]
    pub fn get(&self, channel: usize) -> Multiplier {
        let index = if self.mantissas.len() == 1 { 0 } else { channel };
        Multiplier { mantissa: self.mantissas.get(index), exponent: self.exponents.get(index) as i32 }
    }
}

/// An element that quantised kernels write.
pub trait Quantised: Element {
    /// The value, which is in range.
    fn narrow(value: i32) -> Self;
}

impl Quantised for i8 {
    #[inline(always)]
    fn narrow(value: i32) -> i8 {
        value as i8
    }
}

impl Quantised for i16 {
    #[inline(always)]
    fn narrow(value: i32) -> i16 {
        value as i16
    }
}

/// What becomes of the sums of neighbouring channels.
pub trait Finish {
    /// What is summed up.
    type Sum: Copy + Default;
    /// What is written.
    type Value: Element;

    /// Writes the outputs of the sums of the channels from `first` on. Panics unless `output` has `N` elements.
    fn finish<const N: usize>(&self, first: usize, sums: [Self::Sum; N], output: Output<'_, Self::Value>);
}

/// Bias, multiplier and output stage, for sums of type `B`: 32 bits, or 64 bits and multipliers of 16 bits.
#[derive(Clone, Copy)]
pub struct Requantise<'a, B, V> {
    bias: Input<'a, B>,
    multipliers: ChannelMultipliers<'a>,
    stage: OutputStage,
    /// Whether all factors are below a half, as they mostly are.
    below_half: bool,
    value: PhantomData<V>,
}

impl<'a, B: Element, V: Element> Requantise<'a, B, V> {
    /// With the bias in input `index` (`[channels]` or absent) and the multipliers behind it.
    pub fn of(call: &Call<'a>, index: usize, stage: OutputStage) -> Self {
        let multipliers = ChannelMultipliers::of(call, index + 1);
        let below_half = multipliers.exponents.iter().all(|exponent| exponent < 0);
        Requantise { bias: call.input(index), multipliers, stage, below_half, value: PhantomData }
    }
}

impl<V: Quantised> Finish for Requantise<'_, i32, V> {
    type Sum = i32;
    type Value = V;

    #[inline(always)]
    fn finish<const N: usize>(&self, first: usize, mut sums: [i32; N], output: Output<'_, V>) {
        let output = output.range(0, N);
        if !self.bias.is_empty() {
            let bias = self.bias.range(first, N);
            for (lane, sum) in sums.iter_mut().enumerate() {
                *sum = sum.wrapping_add(bias.get(lane));
            }
        }
        if self.below_half {
            self.multipliers.each(first, &mut sums, Multiplier::apply_below_half);
        } else {
            self.multipliers.each(first, &mut sums, Multiplier::apply);
        }
        for (lane, sum) in sums.into_iter().enumerate() {
            output.set(lane, V::narrow(self.stage.apply(sum)));
        }
    }
}

impl<V: Quantised> Finish for Requantise<'_, i64, V> {
    type Sum = i64;
    type Value = V;

    #[inline(always)]
    fn finish<const N: usize>(&self, first: usize, sums: [i64; N], output: Output<'_, V>) {
        for (lane, sum) in sums.into_iter().enumerate() {
            let bias = if self.bias.is_empty() { 0 } else { self.bias.get(first + lane) };
            let scaled = self.multipliers.get(first + lane).apply_wide(sum.wrapping_add(bias));
            output.set(lane, V::narrow(self.stage.apply(scaled)));
        }
    }
}

/// Requires one multiplier to have a mantissa that is not negative and an exponent in `-31..=30`.
pub fn check_multiplier(multiplier: Multiplier) -> Result<(), Fault> {
    if multiplier.mantissa >= 0 && (-31..=30).contains(&multiplier.exponent) {
        Ok(())
    } else {
        Err(Fault::new("a multiplier is out of range"))
    }
}
