//! CONV_2D, and DEPTHWISE_CONV_2D with one input channel, to [`micro_runtime::kernels::dsp::conv_2d`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::dsp::conv_2d::{INT8, Parameters, patch_bytes, value_words};
use micro_runtime::kernels::support::window::Geometry;

use super::super::support::windows::{Progress, sliding_distance, window_fault};
use super::{Constants, Layer, pack};
use crate::compile::error::Refusal;
use crate::compile::step::Step;

/// Above this many weights of a channel, in magnitude, 256 times a sum may leave a word.
const MAXIMUM_MAGNITUDE: u32 = 1 << 16;

/// The step of a convolution with one group of channels.
///
/// `weight(channel, element)` is the place of a weight among those of the model.
pub fn step(
    layer: &Layer<'_>,
    geometry: &Geometry,
    weight: impl Fn(usize, usize) -> usize,
) -> Result<Option<Step>, Refusal> {
    let Some(constants) = layer.constants()? else { return Ok(None) };
    let channels = geometry.output_channels as usize;
    let elements = (geometry.window_height * geometry.window_width * geometry.input_channels) as usize;
    if elements == 0 || constants.weights.len() != channels * elements {
        return Ok(None);
    }
    let Some((weights, records)) = packed(layer, &constants, channels, elements, weight) else { return Ok(None) };
    let parameters = Parameters { geometry: *geometry, zero_point: constants.zero_point, output: layer.stage };
    let scratch = |bytes: Result<usize, _>| bytes.map(|bytes| bytes as u32).map_err(window_fault);
    // Both windows are read before anything of the two pixels is written. The second pixel is read earlier than if it
    // were computed alone, so the distance of a kernel that takes pixel after pixel is enough.
    let whole = [Progress { written: 0, read: 0 }];
    let step = Step::new(&INT8, &parameters)
        .input(layer.input.id)
        .constant(ElementType::Int32, &weights)
        .constant(ElementType::Int32, &records)
        .output(layer.output.id)
        .scratch(ElementType::Int32, scratch(value_words(geometry))?)
        .scratch(ElementType::Int8, scratch(patch_bytes(geometry))?)
        .overlap(0, 0, sliding_distance(geometry, &whole, 1));
    Ok(Some(step))
}

fn packed(
    layer: &Layer<'_>,
    constants: &Constants<'_>,
    channels: usize,
    elements: usize,
    weight: impl Fn(usize, usize) -> usize,
) -> Option<(Vec<i32>, Vec<i32>)> {
    let weight = |channel, element| {
        if channel < channels && element < elements { constants.weights[weight(channel, element)] } else { 0 }
    };
    let filter = |channel| (0..elements).map(move |element| weight(channel, element));
    let magnitude = |channel| filter(channel).map(|weight| weight.unsigned_abs() as u32).sum::<u32>();
    if (1..channels).step_by(2).any(|second| magnitude(second) >= MAXIMUM_MAGNITUDE) {
        return None;
    }
    let ranges = (-constants.zero_point as i64, 128);
    let filters = (0..channels).map(&filter);
    let records = pack::records(filters, constants.bias.as_deref(), layer.multipliers, ranges, 2)?;
    let mut words = Vec::new();
    for first in (0..channels).step_by(2) {
        words.extend(pack::interleaved(first..first + 2, elements, weight)?);
    }
    Some((words, records))
}
