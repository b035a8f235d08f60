//! Pools: a window slides over each channel alone, and what is under it becomes one value.
//!
//! Input `[batches, input_height, input_width, channels]`, output `[batches, output_height, output_width, channels]`.
//! Taps outside the image count nothing. Pixel by pixel, a few channels at a time are folded and then written, in order.

use bytemuck::{Pod, Zeroable};

use super::window::{Blocks, Geometry, Pixel, for_each_block};
use crate::arena::{Element, Input, Output};
use crate::kernels::{Call, Fault, Op};

/// Parameters of integer pools. One input, one output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// Images and window. As many output channels as input channels.
    pub geometry: Geometry,
    /// Least output value.
    pub minimum: i32,
    /// Greatest output value.
    pub maximum: i32,
}

/// Parameters of float pools. One input, one output.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct FloatParameters {
    /// Images and window. As many output channels as input channels.
    pub geometry: Geometry,
    /// Least output value.
    pub minimum: f32,
    /// Greatest output value.
    pub maximum: f32,
}

/// What a pool makes of the elements under the window.
pub(crate) trait Fold {
    /// Input and output elements.
    type Value: Element;
    /// What a pixel's elements are folded into.
    type Sum: Copy;

    /// Of no elements.
    fn start(&self) -> Self::Sum;
    /// With one element more.
    fn add(&self, sum: Self::Sum, value: Self::Value) -> Self::Sum;
    /// The output of a window with `count` elements, at least 1.
    fn finish(&self, sum: Self::Sum, count: usize) -> Self::Value;
}

/// The check of integer pools.
pub(crate) fn check_integer<T: Element>(op: &Op<'_>) -> Result<(), Fault> {
    check::<T>(op, &op.parameters::<Parameters>()?.geometry)
}

/// The check of float pools.
pub(crate) fn check_float(op: &Op<'_>) -> Result<(), Fault> {
    check::<f32>(op, &op.parameters::<FloatParameters>()?.geometry)
}

fn check<T: Element>(op: &Op<'_>, geometry: &Geometry) -> Result<(), Fault> {
    op.arity(1, 1, 0)?;
    geometry.check()?;
    if geometry.input_channels != geometry.output_channels {
        return Err(Fault::new("its input and output have different channels"));
    }
    op.input::<T>(0, geometry.input_elements()?)?;
    op.output::<T>(0, geometry.output_elements()?)
}

/// Runs a pool. Pixels without an element under the window are left alone.
#[inline(always)]
pub(crate) fn pool<F: Fold>(call: &Call<'_>, geometry: &Geometry, fold: F) {
    let (input, output) = (call.input(0), call.output(0));
    let channels = geometry.output_channels as usize;
    geometry.for_each_pixel(|pixel| {
        if pixel.rows.count * pixel.columns.count > 0 {
            for_each_block(channels, &Pool { geometry, input, output, fold: &fold, pixel: &pixel });
        }
    });
}

/// The work on one output pixel.
struct Pool<'a, F: Fold> {
    geometry: &'a Geometry,
    input: Input<'a, F::Value>,
    output: Output<'a, F::Value>,
    fold: &'a F,
    pixel: &'a Pixel,
}

impl<F: Fold> Blocks for Pool<'_, F> {
    #[inline(always)]
    fn block<const N: usize>(&self, channel: usize) {
        let (pixel, channels) = (self.pixel, self.geometry.output_channels as usize);
        let mut sums = [self.fold.start(); N];
        for row in 0..pixel.rows.count {
            for column in 0..pixel.columns.count {
                let start = self.geometry.input_pixel(pixel, row, column) * channels + channel;
                let values = self.input.range(start, N);
                for (lane, sum) in sums.iter_mut().enumerate() {
                    *sum = self.fold.add(*sum, values.get(lane));
                }
            }
        }
        let count = pixel.rows.count * pixel.columns.count;
        let target = self.output.range(pixel.index * channels + channel, N);
        for (lane, cell) in target.iter().enumerate() {
            cell.set(self.fold.finish(sums[lane], count));
        }
    }
}
