//! FULLY_CONNECTED, BATCH_MATMUL, SVDF, UNIDIRECTIONAL_SEQUENCE_LSTM.

use super::{Requests, product, shape_bytes};
use crate::estimate::tflm::node::element_bytes;
use crate::estimate::tflm::{EVAL_TENSOR, Node, Unknown};
use crate::model::{Tensor, TensorType};

pub(super) fn fully_connected(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let (input, filter, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    let channels = filter.quantization.as_ref().filter(|quantization| !quantization.zero_points.is_empty());
    let channels = channels.map_or(1, |quantization| quantization.scales.len() as u64);
    let is_per_channel = input.tensor_type != TensorType::FLOAT32 && channels > 1;
    if is_per_channel {
        requests.prepare.extend([4 * channels, 4 * channels]);
    }
    let is_int4 = filter.tensor_type == TensorType::INT4;
    if !node.is_cmsis_nn() {
        requests.scratch.extend(is_int4.then_some(filter.elements() as u64));
        return Ok(());
    }
    if input.tensor_type == TensorType::INT16 && is_per_channel {
        return Err(node.damaged("CMSIS-NN takes int16 with one scale for all channels only"));
    }
    // With more than two dimensions CMSIS-NN runs it as a convolution, which wants multipliers for each channel.
    let is_convolution = output.shape.len() > 2 && node.size(filter, -1)?.is_multiple_of(4);
    if input.tensor_type == TensorType::INT8 && !is_int4 && is_convolution && !is_per_channel {
        requests.scratch.push(2 * 4 * node.size(output, -1)?);
    }
    Ok(())
}

/// Multiplier, shift, limits and zero points.
const MATMUL_QUANTISATION: u64 = 28;

pub(super) fn batch_matmul(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let (left, right, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    let options = node.options(node.operator().table.builtin_options_as_batch_mat_mul_options())?;
    let is_quantised = left.tensor_type != TensorType::FLOAT32;
    if is_quantised && !node.is_cmsis_nn() {
        requests.prepare.push(MATMUL_QUANTISATION);
    }
    for (tensor, is_transposed) in [(left, options.adj_x()), (right, !options.adj_y())] {
        if is_transposed {
            let bytes = tensor.elements() as u64 * element_bytes(tensor.tensor_type).unwrap_or(0);
            requests.prepare.extend([EVAL_TENSOR, shape_bytes(&tensor.shape), bytes]);
        }
    }
    requests.prepare.push(shape_bytes(&output.shape));
    if is_quantised && node.is_cmsis_nn() {
        requests.prepare.push(MATMUL_QUANTISATION);
    }
    Ok(())
}

pub(super) fn svdf(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let (input, weights) = (node.input(0)?, node.input(1)?);
    let options = node.options(node.operator().table.builtin_options_as_svdfoptions())?;
    let (batch, filters) = (node.size(input, 0)?, node.size(weights, 0)?);
    let rank = u64::try_from(options.rank()).ok().filter(|&rank| rank > 0);
    let rank = rank.ok_or_else(|| node.damaged(format!("its rank is {}, at least 1 needed", options.rank())))?;
    requests.scratch.push(product([4, batch, filters]));
    if input.tensor_type == TensorType::INT8 {
        requests.scratch.push(product([4, batch, filters / rank]));
    }
    Ok(())
}

const OUTPUT_STATE: usize = 18;
const CELL_STATE: usize = 19;

pub(super) fn lstm(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let (input, hidden, cell): (&Tensor<'_>, _, _) =
        (node.input(0)?, node.input(OUTPUT_STATE)?, node.input(CELL_STATE)?);
    let options = node.options(node.operator().table.builtin_options_as_unidirectional_sequence_lstmoptions())?;
    let batch = node.size(input, if options.time_major() { 1 } else { 0 })?;
    let units = node.size(hidden, 1)?;
    let is_arms = node.is_cmsis_nn() && cell.tensor_type == TensorType::INT16;
    if is_arms {
        let sum_bytes = if input.tensor_type == TensorType::INT8 { 4 } else { 8 };
        requests.prepare.extend([units * sum_bytes; 8]);
    }
    let bytes = product([batch, units, element_bytes(cell.tensor_type).unwrap_or(0)]);
    requests.scratch.extend(std::iter::repeat_n(bytes, if is_arms { 3 } else { 4 }));
    Ok(())
}
