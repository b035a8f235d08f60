//! What convolutions and pools share: window options become a geometry, and the geometry tells how far the output may
//! reach into the input.

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::Fault;
use micro_runtime::kernels::support::window::Geometry;

use crate::compile::error::Refusal;
use crate::compile::lower::TensorRef;
use crate::model::schema::{Padding, TensorType};

/// How a window slides, as the options of an operator give it. Heights come first in the pairs.
#[derive(Clone, Copy, Debug)]
pub struct Sliding {
    /// Taps of the window.
    pub window: [u32; 2],
    /// Input pixels from one output pixel to the next.
    pub stride: [i32; 2],
    /// Input pixels from one tap to the next.
    pub dilation: [i32; 2],
    /// Whether windows may reach over the edges of the image.
    pub padding: Padding,
}

/// The refusal of an operator without the options it needs.
pub fn no_options() -> Refusal {
    Refusal::new("its options are missing", "The model is damaged; convert it again.")
}

/// The geometry of a window sliding over `input`, which must give the shape of `output` but for the channels.
pub fn geometry(input: &TensorRef<'_>, output: &TensorRef<'_>, sliding: Sliding) -> Result<Geometry, Refusal> {
    require_image(input)?;
    require_image(output)?;
    let [stride_height, stride_width] = at_least_one("stride", sliding.stride)?;
    let [dilation_height, dilation_width] = at_least_one("dilation", sliding.dilation)?;
    let [window_height, window_width] = sliding.window;
    let rows = axis(input.shape[1], window_height, stride_height, dilation_height, sliding.padding)?;
    let columns = axis(input.shape[2], window_width, stride_width, dilation_width, sliding.padding)?;
    output.require_shape(&[input.shape[0], rows.outputs, columns.outputs, output.shape[3]])?;
    let geometry = Geometry {
        batches: input.shape[0],
        input_height: input.shape[1],
        input_width: input.shape[2],
        input_channels: input.shape[3],
        output_height: rows.outputs,
        output_width: columns.outputs,
        output_channels: output.shape[3],
        window_height,
        window_width,
        stride_height,
        stride_width,
        dilation_height,
        dilation_width,
        padding_top: rows.padding,
        padding_left: columns.padding,
    };
    geometry.check().map_err(window_fault)?;
    Ok(geometry)
}

/// Requires four dimensions and no extent of 0.
pub fn require_image(tensor: &TensorRef<'_>) -> Result<(), Refusal> {
    tensor.require_rank(4)?;
    if tensor.elements > 0 {
        return Ok(());
    }
    Err(tensor.refusal(
        format_args!("has shape {:?}, extents of at least 1 needed", tensor.shape),
        "The model is damaged or its shapes are not fixed; convert it again with fixed shapes.",
    ))
}

/// The refusal of a geometry that kernels do not take.
pub fn window_fault(fault: Fault) -> Refusal {
    Refusal::new(
        format!("its window does not fit: {}", fault.what),
        "The model is damaged: such sizes cannot come from a trained model. Convert it again.",
    )
}

/// Requires a pair of options, height and width, to be at least 1.
pub fn at_least_one(what: &str, [height, width]: [i32; 2]) -> Result<[u32; 2], Refusal> {
    if height >= 1 && width >= 1 {
        return Ok([height as u32, width as u32]);
    }
    Err(Refusal::new(
        format!("its {what} is {height} x {width}, at least 1 x 1 needed"),
        "The model is damaged; convert it again.",
    ))
}

/// What a window does along rows or columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Axis {
    outputs: u32,
    /// How far the first window reaches before the image.
    padding: u32,
}

/// TFLite's rule: with SAME padding an output for each stride begun, and the padding shared out evenly, an odd one at
/// the end; without padding the windows that fit.
fn axis(extent: u32, taps: u32, stride: u32, dilation: u32, padding: Padding) -> Result<Axis, Refusal> {
    let reach = (taps as u64).saturating_sub(1) * dilation as u64 + 1;
    match padding {
        Padding::SAME => {
            let outputs = extent.div_ceil(stride);
            let padding = same_padding(extent as u64, outputs as u64, stride as u64, reach);
            let padding = u32::try_from(padding).unwrap_or(u32::MAX);
            Ok(Axis { outputs, padding })
        }
        Padding::VALID if taps > 0 && reach <= extent as u64 => {
            Ok(Axis { outputs: ((extent as u64 - reach) / stride as u64 + 1) as u32, padding: 0 })
        }
        Padding::VALID => Err(Refusal::new(
            format!("its window of {taps} taps reaches over {reach} pixels, the image has {extent}"),
            "Use a larger input, a smaller window, or padding SAME.",
        )),
        other => Err(Refusal::new(
            format!("its padding is {other:?}, SAME or VALID needed"),
            "The model is damaged; convert it again.",
        )),
    }
}

/// How far the first of `outputs` windows that reach over `reach` pixels begins before the image.
pub fn same_padding(extent: u64, outputs: u64, stride: u64, reach: u64) -> u64 {
    (outputs.saturating_sub(1) * stride + reach).saturating_sub(extent) / 2
}

/// What a kernel has written of a pixel, and which channel of the input pixel it reads first, before it goes on; in
/// elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Output channels written.
    pub written: u32,
    /// First input channel that is still read.
    pub read: u32,
}

/// The most output rows, or columns, that are looked at one by one to find an overlap distance. No microcontroller
/// holds such an image; a damaged model may describe one.
pub const LONGEST_SCAN: u32 = 1 << 16;

/// The overlap distance of a kernel that computes output pixels in order, in bytes.
///
/// `progress` holds, among the steps of a pixel, those that are worst; between two of them both counts grow evenly.
/// `rows` and `columns` give the first input row or column that an output row or column is made of, none when it is
/// made of padding alone.
///
/// The distance is the greatest of what is written minus what is still to be read. What is written only grows, so it
/// is enough to look at what each step itself reads: whatever a later step reads further down, that step sees more
/// written. What remains is a sum of terms in the image, row, column and step, each greatest by itself.
///
/// Past [`LONGEST_SCAN`] it is the length of the output, so that the two share no bytes.
pub fn distance(
    geometry: &Geometry,
    progress: &[Progress],
    rows: impl Fn(u32) -> Option<usize>,
    columns: impl Fn(u32) -> Option<usize>,
    size: usize,
) -> i64 {
    let extent = |extent: u32| extent as i64;
    let (inputs, outputs) = (extent(geometry.input_channels), extent(geometry.output_channels));
    let (input_row, output_row) = (extent(geometry.input_width) * inputs, extent(geometry.output_width) * outputs);
    let (input_image, output_image) =
        (extent(geometry.input_height) * input_row, extent(geometry.output_height) * output_row);
    if geometry.output_height.max(geometry.output_width) > LONGEST_SCAN {
        return size as i64 * output_image * extent(geometry.batches);
    }
    let image = (output_image - input_image).max(0) * (extent(geometry.batches) - 1);
    let row = (0..geometry.output_height)
        .filter_map(|row| rows(row).map(|start| extent(row) * output_row - start as i64 * input_row))
        .max();
    let column = (0..geometry.output_width)
        .filter_map(|column| columns(column).map(|start| extent(column) * outputs - start as i64 * inputs))
        .max();
    let step = progress.iter().map(|step| extent(step.written) - extent(step.read)).max();
    match (row, column, step) {
        (Some(row), Some(column), Some(step)) => size as i64 * (image + row + column + step),
        // Nothing is read at all.
        _ => 0,
    }
}

/// The overlap distance of a kernel whose window slides over the input.
pub fn sliding_distance(geometry: &Geometry, progress: &[Progress], size: usize) -> i64 {
    let rows = |row| Some(geometry.rows(row)).filter(|taps| taps.count > 0).map(|taps| taps.position);
    let columns = |column| Some(geometry.columns(column)).filter(|taps| taps.count > 0).map(|taps| taps.position);
    distance(geometry, progress, rows, columns, size)
}

/// The progress of a kernel that may write each channel of a pixel before it reads the next: output channel `c` is made
/// of input channel `c / (output_channels / input_channels)`, and there are at least as many of the one as of the other.
pub fn channel_by_channel(geometry: &Geometry) -> [Progress; 1] {
    [Progress { written: geometry.output_channels - 1, read: geometry.input_channels - 1 }]
}

/// Whether an `int16` operator accumulates in 64 bits: it does unless its bias, or in its place the options, say 32.
pub fn is_wide(bias: Option<&TensorRef<'_>>, bias_type: TensorType) -> bool {
    match bias {
        Some(bias) => bias.element_type == Some(ElementType::Int64),
        None => bias_type != TensorType::INT32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The distance by its definition, over the steps of the kernel in order.
    fn by_definition(geometry: &Geometry, progress: &[Progress], size: i64) -> i64 {
        let mut steps = Vec::new();
        geometry.for_each_pixel(|pixel| {
            if pixel.rows.count * pixel.columns.count > 0 {
                let (written, read) = (pixel.index as i64, geometry.input_pixel(&pixel, 0, 0) as i64);
                steps.extend(progress.iter().map(|step| {
                    let written = written * geometry.output_channels as i64 + step.written as i64;
                    (written, read * geometry.input_channels as i64 + step.read as i64)
                }));
            }
        });
        let mut still_read = i64::MAX;
        let at_steps = steps.iter().rev().map(|&(written, read)| {
            still_read = still_read.min(read);
            written - still_read
        });
        size * at_steps.max().unwrap_or(0)
    }

    #[test]
    fn the_distance_is_the_greatest_lead_of_writing_over_reading() {
        for (window, stride, dilation, channels) in
            [(1, 1, 1, 4), (3, 1, 1, 4), (3, 2, 1, 4), (2, 1, 3, 8), (5, 3, 1, 12), (3, 2, 2, 4), (4, 1, 1, 2)]
        {
            for (height, width, batches) in [(1, 1, 1), (4, 5, 1), (7, 6, 3), (2, 9, 2)] {
                for padded in [false, true] {
                    let reach = (window - 1) * dilation + 1;
                    if !padded && (reach > height || reach > width) {
                        continue;
                    }
                    let outputs =
                        |extent: u32| if padded { extent.div_ceil(stride) } else { (extent - reach) / stride + 1 };
                    let padding = |extent: u32| {
                        let outputs = outputs(extent) as u64;
                        if padded {
                            same_padding(extent as u64, outputs, stride as u64, reach as u64) as u32
                        } else {
                            0
                        }
                    };
                    let geometry = Geometry {
                        batches,
                        input_height: height,
                        input_width: width,
                        input_channels: 4,
                        output_height: outputs(height),
                        output_width: outputs(width),
                        output_channels: channels,
                        window_height: window,
                        window_width: window,
                        stride_height: stride,
                        stride_width: stride,
                        dilation_height: dilation,
                        dilation_width: dilation,
                        padding_top: padding(height),
                        padding_left: padding(width),
                    };
                    let whole = [Progress { written: 0, read: 0 }];
                    let by_channel: Vec<Progress> =
                        (0..channels).map(|written| Progress { written, read: written * 4 / channels }).collect();
                    let found = sliding_distance(&geometry, &whole, 2);
                    assert_eq!(found, by_definition(&geometry, &whole, 2), "{geometry:?}");
                    if channels >= 4 {
                        let found = sliding_distance(&geometry, &channel_by_channel(&geometry), 1);
                        assert_eq!(found, by_definition(&geometry, &by_channel, 1), "{geometry:?}");
                    }
                }
            }
        }
    }
}
