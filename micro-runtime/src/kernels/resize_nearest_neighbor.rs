//! RESIZE_NEAREST_NEIGHBOR: `output[n, y, x] = input[n, row(y), column(x)]`, whole pixels at a time.
//!
//! Input `[batches, input height, input width, channels]`, output `[batches, output height, output width, channels]`.
//! Positions are computed in single precision as in TFLM's reference kernel: `(position + 1/2) * scale` when pixels are
//! thought to have their centres at halves, else `position * scale`; rounded when corners are aligned, else down.
//! The kernel moves bytes, whatever the type.

use bytemuck::{Pod, Zeroable};

use super::{Call, Fault, Kernel, Op, code, number, volume};

/// Rows or columns.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Axis {
    /// Extent of the input, at least 1.
    pub input: u32,
    /// Extent of the output.
    pub output: u32,
    /// Input positions for one output position.
    pub scale: f32,
    /// 1/2 or 0.
    pub offset: f32,
    /// 1 to round positions to the nearest, 0 to round down.
    pub rounds: u32,
}

impl Axis {
    /// The input position that output position `position` shows.
    #[inline]
    pub fn source(&self, position: usize) -> usize {
        let exact = (position as f32 + self.offset) * self.scale;
        let whole = if self.rounds != 0 { libm::roundf(exact) } else { libm::floorf(exact) };
        // A negative position becomes 0.
        (whole as usize).min(self.input as usize - 1)
    }
}

/// Parameters.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Parameters {
    /// The number of images.
    pub batches: u32,
    /// The channels of a pixel, in bytes.
    pub pixel_bytes: u32,
    /// From row to row.
    pub height: Axis,
    /// From column to column.
    pub width: Axis,
}

/// Any element type.
pub const BYTES: Kernel =
    Kernel { code: code(number::RESIZE_NEAREST_NEIGHBOR, 0), name: "RESIZE_NEAREST_NEIGHBOR", check, invoke };

fn check(op: &Op<'_>) -> Result<(), Fault> {
    let p: &Parameters = op.parameters()?;
    op.arity(1, 1, 0)?;
    op.writes_arena()?;
    if p.height.input == 0 || p.width.input == 0 {
        return Err(Fault::new("its input is empty"));
    }
    if op.input_bytes(0) != volume(&[p.batches, p.height.input, p.width.input, p.pixel_bytes])?
        || op.output_bytes(0) != volume(&[p.batches, p.height.output, p.width.output, p.pixel_bytes])?
    {
        return Err(Fault::new("an operand has the wrong length"));
    }
    Ok(())
}

fn invoke(call: &Call<'_>) {
    let p: &Parameters = call.parameters();
    let (input, output) = (call.input_bytes(0), call.output_bytes(0));
    let pixel = p.pixel_bytes as usize;
    let (input_row, output_row) = (p.width.input as usize * pixel, p.width.output as usize * pixel);
    for batch in 0..p.batches as usize {
        for y in 0..p.height.output as usize {
            let source = input.range((batch * p.height.input as usize + p.height.source(y)) * input_row, input_row);
            let target = output.range((batch * p.height.output as usize + y) * output_row, output_row);
            for x in 0..p.width.output as usize {
                target.range(x * pixel, pixel).copy_from(source.range(p.width.source(x) * pixel, pixel));
            }
        }
    }
}
