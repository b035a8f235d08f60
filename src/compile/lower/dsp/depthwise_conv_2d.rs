//! DEPTHWISE_CONV_2D to [`micro_runtime::kernels::dsp::depthwise_conv_2d`], or to a convolution.

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::dsp::CHANNELS;
use micro_runtime::kernels::dsp::depthwise_conv_2d::{INT8, Parameters};
use micro_runtime::kernels::support::window::Geometry;

use super::{Layer, conv_2d, pack};
use crate::compile::error::Refusal;
use crate::compile::step::{Ring, Step};

/// The step of a depthwise convolution, whose output may overlap the input at this distance, or with this ring.
pub fn step(
    layer: &Layer<'_>,
    geometry: &Geometry,
    distance: i64,
    ring: Option<Ring>,
) -> Result<Option<Step>, Refusal> {
    let channels = geometry.output_channels as usize;
    if geometry.input_channels == 1 {
        return conv_2d::step(layer, geometry, |channel, element| element * channels + channel);
    }
    if geometry.input_channels != geometry.output_channels || !channels.is_multiple_of(CHANNELS) {
        return Ok(None);
    }
    let Some(constants) = layer.constants()? else { return Ok(None) };
    let taps = (geometry.window_height * geometry.window_width) as usize;
    if constants.weights.len() != channels * taps {
        return Ok(None);
    }
    let weight = |tap: usize, channel: usize| constants.weights[tap * channels + channel];
    let filters = (0..channels).map(|channel| (0..taps).map(move |tap| weight(tap, channel)));
    let Some(records) = pack::records(filters, constants.bias.as_deref(), layer.multipliers, (0, 255), 1) else {
        return Ok(None);
    };
    let mut weights = Vec::new();
    for first in (0..channels).step_by(CHANNELS) {
        for tap in 0..taps {
            let [a, b, c, d] = [0, 1, 2, 3].map(|lane| weight(tap, first + lane));
            weights.extend([pack::side_by_side(a, c), pack::side_by_side(b, d)]);
        }
    }
    let parameters = Parameters { geometry: *geometry, input_offset: -constants.zero_point, output: layer.stage };
    let step = Step::new(&INT8, &parameters)
        .input(layer.input.id)
        .packed_weights(ElementType::Int32, &weights)
        .constant(ElementType::Int32, &records)
        .output(layer.output.id)
        .overlap(0, 0, distance)
        .ring(ring);
    Ok(Some(step))
}
