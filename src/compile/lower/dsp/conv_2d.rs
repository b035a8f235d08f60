//! CONV_2D, and DEPTHWISE_CONV_2D with one input channel, to [`micro_runtime::kernels::dsp::conv_2d`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::dsp::conv_2d::{INT8, INT8_INT4, Parameters};
use micro_runtime::kernels::dsp::{BLOCK, RECORD};
use micro_runtime::kernels::support::window::Geometry;

use super::super::support::windows::{Progress, sliding_distance, window_fault};
use super::{Constants, Layer, pack};
use crate::compile::error::Refusal;
use crate::compile::step::Step;

/// From this sum of the magnitudes of a channel's weights on, 256 times its sum may leave a word.
const MAXIMUM_MAGNITUDE: u32 = 1 << 16;

/// The same for weights of 4 bits, where it is 4096 times the sum of the last channel of a block.
const MAXIMUM_INT4_MAGNITUDE: u32 = 1 << 12;

/// From so many elements on, 256 times the sum of products with numbers of up to 15 may leave a word.
const MAXIMUM_INT4_ELEMENTS: usize = 4369;

/// The step of a convolution with one group of channels.
///
/// `weight(channel, element)` is the place of a weight among those of the model.
pub fn step(
    layer: &Layer<'_>,
    geometry: &Geometry,
    weight: impl Fn(usize, usize) -> usize,
) -> Result<Option<Step>, Refusal> {
    let Some(constants) = layer.constants()? else { return Ok(None) };
    let run = geometry.window_width as usize * geometry.input_channels as usize;
    let elements = geometry.window_height as usize * run;
    if elements == 0 || constants.weights.len() != geometry.output_channels as usize * elements {
        return Ok(None);
    }
    let parameters = Parameters {
        geometry: *geometry,
        row_elements: row_elements(geometry.window_height as usize, run) as u32,
        zero_point: constants.zero_point,
        output: layer.stage,
    };
    let Ok(packed_elements) = parameters.elements() else { return Ok(None) };
    let row_elements = parameters.row_elements as usize;
    let weight = |channel: usize, element: usize| {
        let (row, place) = (element / row_elements, element % row_elements);
        if channel >= geometry.output_channels as usize || row >= geometry.window_height as usize || place >= run {
            return 0;
        }
        constants.weights[weight(channel, row * run + place)]
    };
    let channels = geometry.output_channels as usize;
    let extents = (channels, packed_elements);
    let (kernel, packed) = match layer.weights.known_type()? {
        ElementType::Int4 if packed_elements >= MAXIMUM_INT4_ELEMENTS => return Ok(None),
        ElementType::Int4 => {
            let pack = |first, records: &[i32]| Some(block(first, packed_elements, weight, records));
            (&INT8_INT4, packed(layer, &constants, extents, (BLOCK, MAXIMUM_INT4_MAGNITUDE), &weight, pack))
        }
        _ => {
            let pack = |first, records: &[i32]| pair(first, packed_elements, weight, records);
            (&INT8, packed(layer, &constants, extents, (2, MAXIMUM_MAGNITUDE), &weight, pack))
        }
    };
    let Some(packed) = packed else { return Ok(None) };
    let patch_bytes = parameters.patch_bytes(packed_elements).map_err(window_fault)?;
    // Both windows are read before anything of the two pixels is written. The second pixel is read earlier than if it
    // were computed alone, so the distance of a kernel that takes pixel after pixel is enough.
    let whole = [Progress { written: 0, read: 0 }];
    let step = Step::new(kernel, &parameters)
        .input(layer.input.id)
        .packed_weights(ElementType::Int32, &packed)
        .output(layer.output.id)
        .scratch(ElementType::Int32, packed_elements as u32)
        .scratch(ElementType::Int8, patch_bytes as u32)
        .overlap(0, 0, sliding_distance(geometry, &whole, 1));
    Ok(Some(step))
}

/// The elements of a packed row of a window that has `run` elements in each of its `rows` rows: whole words of bytes,
/// which can be read right from the input, unless that adds more than half to the work.
fn row_elements(rows: usize, run: usize) -> usize {
    let words = run.next_multiple_of(4);
    if 2 * rows * words <= 3 * (rows * run).next_multiple_of(4) { words } else { run }
}

/// The packed weights of `weight(channel, element)` and the records, for each `multiple` channels what `pack` makes of the
/// first of them and of their records. `None` where a channel that is a multiple of it less 1 has weights whose magnitudes
/// sum up to `maximum`: its sum is what is left of a lane, and would not fit.
fn packed(
    layer: &Layer<'_>,
    constants: &Constants<'_>,
    (channels, elements): (usize, usize),
    (multiple, maximum): (usize, u32),
    weight: &impl Fn(usize, usize) -> i8,
    pack: impl Fn(usize, &[i32]) -> Option<Vec<i32>>,
) -> Option<Vec<i32>> {
    let filter = |channel| (0..elements).map(move |element| weight(channel, element));
    let magnitude = |channel| filter(channel).map(|weight| weight.unsigned_abs() as u32).sum::<u32>();
    if (multiple - 1..channels).step_by(multiple).any(|last| magnitude(last) >= maximum) {
        return None;
    }
    let (bias, ranges) = (constants.bias.as_deref(), (-constants.zero_point as i64, 128));
    let records = pack::records((0..channels).map(filter), bias, layer.multipliers, ranges, multiple)?;
    let blocks = records.chunks_exact(multiple * RECORD).enumerate();
    let words: Option<Vec<_>> = blocks.map(|(block, records)| pack(block * multiple, records)).collect();
    Some(words?.concat())
}

/// The words of two channels from `first` on.
fn pair(first: usize, elements: usize, weight: impl Fn(usize, usize) -> i8, records: &[i32]) -> Option<Vec<i32>> {
    let mut words = pack::interleaved(first..first + 2, elements, weight)?;
    let [low_bias, low_mantissa, low_shift, high_bias, high_mantissa, high_shift] = records.try_into().ok()?;
    words.extend([low_bias, low_mantissa, low_shift, high_shift, high_bias, high_mantissa]);
    Some(words)
}

/// The words of [`BLOCK`] channels from `first` on, with weights of 4 bits.
fn block(first: usize, elements: usize, weight: impl Fn(usize, usize) -> i8, records: &[i32]) -> Vec<i32> {
    let mut words = pack::nibbles(first, elements, weight);
    words.extend(records);
    words
}
