//! FULLY_CONNECTED to [`micro_runtime::kernels::dsp::fully_connected`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::dsp::OUTPUTS;
use micro_runtime::kernels::dsp::fully_connected::{INT8, Parameters};

use super::{Layer, pack};
use crate::compile::error::Refusal;
use crate::compile::step::Step;

/// The step of a layer of `batches` rows, whose output may overlap the input at this distance.
pub fn step(
    layer: &Layer<'_>,
    [batches, input_depth, output_depth]: [u32; 3],
    distance: i64,
) -> Result<Option<Step>, Refusal> {
    let Some(constants) = layer.constants()? else { return Ok(None) };
    let (elements, channels) = (input_depth as usize, output_depth as usize);
    if elements == 0 || constants.weights.len() != channels * elements || layer.weights.zero_point()? != 0 {
        return Ok(None);
    }
    let weight = |channel: usize, element: usize| {
        if channel < channels && element < elements { constants.weights[channel * elements + element] } else { 0 }
    };
    let filters = constants.weights.chunks_exact(elements).map(|filter| filter.iter().copied());
    let ranges = (-constants.zero_point as i64, 128);
    let bias = constants.bias.as_deref();
    let Some(records) = pack::records(filters, bias, layer.multipliers, ranges, OUTPUTS) else { return Ok(None) };
    let mut words = Vec::new();
    for first in (0..channels).step_by(OUTPUTS) {
        let Some(block) = pack::interleaved(first..first + OUTPUTS, elements, weight) else { return Ok(None) };
        words.extend(block);
    }
    let parameters = Parameters { batches, input_depth, output_depth, output: layer.stage };
    let step = Step::new(&INT8, &parameters)
        .input(layer.input.id)
        .packed_weights(ElementType::Int32, &words)
        .constant(ElementType::Int32, &records)
        .output(layer.output.id)
        .overlap(0, 0, distance);
    Ok(Some(step))
}
