//! What the twins of pools share. Pixel by pixel, [`CHANNELS`] channels at a time are folded and then written, in order.

use super::CHANNELS;
use super::inner::pools::{Inside, pixel};
use crate::kernels::support::pool::{Parameters, check_integer};
use crate::kernels::{Call, Fault, Op};

/// The most taps of a window: so many bytes add up to 16 bits.
const MAXIMUM_TAPS: u32 = 256;

/// Requires channels and a window that the twins can take.
pub fn fits(parameters: &Parameters) -> Result<(), Fault> {
    let geometry = &parameters.geometry;
    let taps = geometry.window_height.checked_mul(geometry.window_width);
    if !geometry.output_channels.is_multiple_of(CHANNELS as u32) || taps.is_none_or(|taps| taps > MAXIMUM_TAPS) {
        return Err(Fault::new("its channels or its window cannot be taken a few at a time"));
    }
    Ok(())
}

pub(super) fn check(op: &Op<'_>) -> Result<(), Fault> {
    check_integer::<i8>(op)?;
    fits(op.parameters()?)
}

/// Runs a pool: `finish` gets the number of taps, too. Pixels without a tap inside the image are left alone.
#[inline(always)]
pub(super) fn pool<S: Copy>(
    call: &Call<'_>,
    none: S,
    add: impl Fn(S, u32) -> S + Copy,
    finish: impl Fn(&Parameters, S, i32) -> u32,
) {
    let p: &Parameters = call.parameters();
    let geometry = &p.geometry;
    let (input, output) = (call.input::<i8>(0), call.output::<i8>(0));
    let channels = geometry.output_channels as usize;
    geometry.for_each_pixel(|at| {
        let count = at.rows.count * at.columns.count;
        if count == 0 {
            return;
        }
        let inside = Inside {
            rows: at.rows.count,
            columns: at.columns.count,
            step: geometry.dilation_width as usize * channels,
            row_step: geometry.dilation_height as usize * geometry.input_width as usize * channels,
        };
        let input = input.tail(geometry.input_pixel(&at, 0, 0) * channels);
        let output = output.range(at.index * channels, channels);
        pixel(&inside, input, output, none, add, |sum| finish(p, sum, count as i32));
    });
}

/// Four bytes clamped to the range of the fused activation.
#[inline(always)]
pub(super) fn clamped(p: &Parameters, values: [i32; CHANNELS]) -> u32 {
    // Not `clamp`, which panics when the bounds are the wrong way round.
    let byte = |value: i32| value.max(p.minimum).min(p.maximum) as u8;
    let [a, b, c, d] = values;
    u32::from_le_bytes([byte(a), byte(b), byte(c), byte(d)])
}
