//! The operators of the audio front end: their state lies in the arena.

use super::{Requests, product};
use crate::estimate::tflm::{Node, Unknown};
use crate::model::{Tensor, TensorType};

/// A ring of so many 16-bit samples, kept twice so that every stretch of it is in one piece.
fn ring_bytes(samples: u64) -> u64 {
    product([2, 2, samples]).saturating_add(24)
}

/// The rows of a tensor: everything but its last dimension.
fn rows(node: &Node<'_>, tensor: &Tensor<'_>) -> Result<u64, Unknown> {
    Ok(tensor.elements() as u64 / node.size(tensor, -1)?.max(1))
}

/// Rows are counted in a file by 32 bits, and each is one request.
const MAXIMUM_ROWS: u64 = 4096;

fn rings(node: &Node<'_>, rows: u64, samples: u64, requests: &mut Requests) -> Result<(), Unknown> {
    if rows > MAXIMUM_ROWS {
        return Err(node.damaged(format!("its input has {rows} rows, at most {MAXIMUM_ROWS} are looked at")));
    }
    requests.prepare.extend([4 * rows, 4 * rows]);
    requests.prepare.extend((0..rows).map(|_| ring_bytes(samples)));
    Ok(())
}

pub(super) fn delay(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let input = node.input(0)?;
    let samples = node.size(input, -1)? + node.custom_option("delay_length")?;
    rings(node, rows(node, input)?, samples, requests)
}

pub(super) fn framer(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let (size, step) = (node.custom_option("frame_size")?, node.custom_option("frame_step")?);
    rings(node, rows(node, node.input(0)?)?, size.next_multiple_of(step.max(1)), requests)
}

pub(super) fn overlap_add(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let input = node.input(0)?;
    let (size, frames) = (node.size(input, -1)?, node.size(input, -2)?);
    let rows = rows(node, input)? / frames.max(1);
    if rows > MAXIMUM_ROWS {
        return Err(node.damaged(format!("its input has {rows} rows, at most {MAXIMUM_ROWS} are looked at")));
    }
    let bytes = if input.tensor_type == TensorType::FLOAT32 { 4 } else { 2 };
    requests.prepare.push(4 * rows);
    requests.prepare.extend((0..rows).map(|_| bytes * size));
    Ok(())
}

pub(super) fn stacker(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let context = node.custom_option("stacker_left_context")? + node.custom_option("stacker_right_context")?;
    requests.init.push(ring_bytes(product([node.custom_option("num_channels")?, context + 1])));
    Ok(())
}

pub(super) fn filter_bank(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    requests.init.push(8 * (node.custom_option("num_channels")? + 1));
    Ok(())
}

pub(super) fn spectral_subtraction(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    requests.init.push(4 * node.custom_option("num_channels")?);
    Ok(())
}

/// Kiss FFT's tables for a transform of so many real samples, of which each complex number takes `complex` bytes.
fn transform_bytes(samples: u64, complex: u64) -> u64 {
    const REAL_STATE: u64 = 12;
    const COMPLEX_STATE: u64 = 264;
    let half = samples / 2;
    REAL_STATE + COMPLEX_STATE + complex * half + complex * (half * 3 / 2)
}

fn element(node: &Node<'_>, tensor: &Tensor<'_>) -> Result<u64, Unknown> {
    match tensor.tensor_type {
        TensorType::INT16 => Ok(2),
        TensorType::INT32 | TensorType::FLOAT32 => Ok(4),
        other => Err(node.damaged(format!("tensor \"{}\" is {other}, int16, int32 or float32 needed", tensor.name))),
    }
}

pub(super) fn transform(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let bytes = element(node, node.input(0)?)?;
    let samples = node.custom_option("fft_length")?;
    requests.init.push(transform_bytes(samples, 2 * bytes));
    requests.scratch.push(bytes * samples);
    Ok(())
}

pub(super) fn inverse_transform(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let bytes = element(node, node.input(0)?)?;
    // The float transform keeps its length to divide by it.
    let length = if node.input(0)?.tensor_type == TensorType::FLOAT32 { 8 } else { 0 };
    requests.init.push(length + transform_bytes(node.custom_option("fft_length")?, 2 * bytes));
    Ok(())
}
