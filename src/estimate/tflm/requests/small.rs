//! Operators whose requests take a line or two.

use super::{Requests, product, shape_bytes};
use crate::estimate::tflm::{Node, Unknown};
use crate::model::TensorType;

/// `OpData` of ADD_N.
const ADD_N: u64 = 40;
/// `OpData` of CUMSUM.
pub(super) const CUMSUM: u64 = 36;
/// `OpData` of EMBEDDING_LOOKUP.
const EMBEDDING_LOOKUP: u64 = 8;
/// `OpData` of LOG_SOFTMAX.
pub(super) const LOG_SOFTMAX: u64 = 28;
/// The table of an int16 function: 512 intervals have 513 ends.
const INT16_TABLE: u64 = 2 * 513;

pub(super) fn add_n(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    when_int8(node, ADD_N, requests)?;
    requests.scratch.push(4 * node.operator().inputs.len() as u64);
    Ok(())
}

pub(super) fn average_pool(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let input = node.input(0)?;
    if node.is_cmsis_nn() && matches!(input.tensor_type, TensorType::INT8 | TensorType::INT16) {
        let sums = 4 * node.size(input, 3)?;
        requests.scratch.extend((sums > 0).then_some(sums));
    }
    Ok(())
}

/// For operators that keep data for int8 only.
pub(super) fn when_int8(node: &Node<'_>, bytes: u64, requests: &mut Requests) -> Result<(), Unknown> {
    requests.prepare.extend((node.input(0)?.tensor_type == TensorType::INT8).then_some(bytes));
    Ok(())
}

/// For operators that work out the shape of their output anew and keep it.
pub(super) fn writable_shape(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    requests.prepare.push(shape_bytes(&node.output(0)?.shape));
    Ok(())
}

pub(super) fn embedding_lookup(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    writable_shape(node, requests)?;
    requests.prepare.push(EMBEDDING_LOOKUP);
    Ok(())
}

/// MEAN and SUM.
pub(super) fn sum(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    if matches!(node.input(0)?.tensor_type, TensorType::INT8 | TensorType::INT16) {
        requests.scratch.push(4 * node.output(0)?.elements() as u64);
    }
    extreme(node, requests)
}

/// REDUCE_MAX and its kin: an index for each dimension, and the axes.
pub(super) fn extreme(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let (input, axes) = (node.input(0)?, node.input(1)?);
    requests.scratch.extend([4 * input.shape.len() as u64, 4 * axes.elements() as u64]);
    Ok(())
}

pub(super) fn mirror_pad(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    requests.scratch.extend([4 * node.input(0)?.shape.len() as u64; 2]);
    Ok(())
}

pub(super) fn softmax(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    if node.input(0)?.tensor_type == TensorType::INT16 {
        requests.prepare.extend([INT16_TABLE; 2]);
    }
    Ok(())
}

pub(super) fn detection(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let (boxes, scores) = (node.size(node.input(0)?, 1)?, node.input(1)?);
    let (classes, most) = (node.custom_option("num_classes")?, node.custom_option("max_detections")?);
    let scores = product([4, node.size(scores, 1)?, node.size(scores, 2)?]);
    let for_each = |count: u64| product([4, boxes, count]);
    requests.scratch.extend([
        boxes,
        for_each(4),
        scores,
        for_each(1),
        for_each(1),
        for_each(most),
        for_each(most),
        for_each(1),
        for_each(most),
        for_each(classes.max(most)),
        for_each(boxes.min(most)),
    ]);
    Ok(())
}

/// The state of a decoder by kind: look-up table, Huffman codes, pruning.
const DECODERS: [u64; 3] = [36, 28, 40];
const PRUNE: u8 = 2;

/// A pointer for each output, and a decoder with what it keeps.
pub(super) fn decode(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let outputs = node.operator().outputs.len();
    requests.prepare.push(4 * outputs as u64);
    for index in 0..outputs {
        let kind = node.input(2 * index + 1)?.data.and_then(|data| data.first().copied());
        let kind = kind.ok_or_else(|| node.damaged(format!("input {} is no constant", 2 * index + 1)))?;
        let state = DECODERS.get(usize::from(kind));
        requests.prepare.push(*state.ok_or_else(|| node.damaged(format!("TFLM has no decoder of kind {kind}")))?);
        let quantisation = node.output(index)?.quantization.as_ref();
        let zero_points = quantisation.map_or(&[][..], |quantisation| &quantisation.zero_points);
        if kind == PRUNE && zero_points.len() > 1 && zero_points.iter().any(|&point| point != 0) {
            requests.prepare.push(zero_points.len() as u64);
        }
    }
    Ok(())
}

/// Arm's Ethos-U: an address and a size for each tensor.
pub(super) fn accelerator(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let operator = node.operator();
    let tensors = (operator.inputs.len() + operator.outputs.len()) as u64;
    requests.scratch.extend([8 * tensors, 4 * tensors]);
    Ok(())
}
