//! Shapes that are broadcast against each other become the walk that kernels follow.

use micro_runtime::kernels::support::broadcast::{Broadcast, DIMENSIONS, OPERANDS};

use crate::compile::error::Refusal;
use crate::compile::lower::TensorRef;
use crate::compile::step::Step;

/// The walk of an op with these inputs (at most [`OPERANDS`]) and this output.
///
/// Shapes are aligned at their ends; each extent of an input is 1 or that of the output, and each extent of the output
/// is that of an input. Neighbouring dimensions along which the same inputs repeat become one.
pub fn broadcast(inputs: &[TensorRef<'_>], output: &TensorRef<'_>) -> Result<Broadcast, Refusal> {
    let rank = common_rank(inputs, output);
    for dimension in 0..rank {
        if inputs.iter().all(|input| extent(input, dimension, rank) != extent(output, dimension, rank)) {
            return Err(contradiction(output, &inputs[0]));
        }
    }
    walk(inputs, output, 1)
}

/// The walk of an op that broadcasts one input to the output's shape, byte by byte.
///
/// Each extent of the input is 1 or that of the output.
pub fn with_element_bytes(input: &TensorRef<'_>, output: &TensorRef<'_>) -> Result<Broadcast, Refusal> {
    walk(&[*input], output, output.known_type()?.size() as u32)
}

/// The walk over parts of elements, `parts` of them each.
fn walk(inputs: &[TensorRef<'_>], output: &TensorRef<'_>, parts: u32) -> Result<Broadcast, Refusal> {
    let rank = common_rank(inputs, output);
    let mut merged: Vec<(u32, [bool; OPERANDS])> = Vec::new();
    for dimension in 0..rank {
        let wanted = extent(output, dimension, rank);
        if let Some(input) = inputs.iter().find(|input| ![1, wanted].contains(&extent(input, dimension, rank))) {
            return Err(contradiction(input, output));
        }
        let mut repeats = [false; OPERANDS];
        repeats.iter_mut().zip(inputs).for_each(|(repeats, input)| *repeats = extent(input, dimension, rank) == 1);
        merge(&mut merged, wanted, repeats);
    }
    merge(&mut merged, parts, [false; OPERANDS]);
    if merged.len() > DIMENSIONS {
        return Err(output.refusal(
            format_args!("has shape {:?}, {} dimensions of it to broadcast", output.shape, merged.len()),
            format!("At most {DIMENSIONS} dimensions can be broadcast; reshape the operands to fewer."),
        ));
    }
    let mut walk = Broadcast { extents: [1; DIMENSIONS], repeats: [0; OPERANDS] };
    let first = DIMENSIONS - merged.len();
    for (dimension, (extent, repeats)) in (first..).zip(merged) {
        walk.extents[dimension] = extent;
        for (mask, repeats) in walk.repeats.iter_mut().zip(repeats) {
            *mask |= (repeats as u8) << dimension;
        }
    }
    Ok(walk)
}

/// The rank that shapes are padded to with extents of 1 in front.
fn common_rank(inputs: &[TensorRef<'_>], output: &TensorRef<'_>) -> usize {
    inputs.iter().chain([output]).map(|tensor| tensor.rank()).max().unwrap_or(0)
}

/// The extent along a dimension of the padded shape.
fn extent(tensor: &TensorRef<'_>, dimension: usize, rank: usize) -> u32 {
    (dimension + tensor.rank()).checked_sub(rank).map_or(1, |index| tensor.shape[index])
}

/// Adds an inner dimension, to the one before it where both are walked alike.
fn merge(merged: &mut Vec<(u32, [bool; OPERANDS])>, wanted: u32, repeats: [bool; OPERANDS]) {
    match merged.last_mut() {
        _ if wanted == 1 => {}
        // Every product of extents fits, as the output has that many elements, unless another extent is 0.
        Some((extent, last)) if *last == repeats => *extent = extent.saturating_mul(wanted),
        _ => merged.push((wanted, repeats)),
    }
}

fn contradiction(tensor: &TensorRef<'_>, other: &TensorRef<'_>) -> Refusal {
    tensor.refusal(
        format_args!("has shape {:?}, which cannot be broadcast to {:?}", tensor.shape, other.shape),
        "The shapes in the model contradict each other; convert it again.",
    )
}

impl Step {
    /// Allows output 0 to lie over each of these inputs that has as many elements as it.
    ///
    /// The walk reads element `t` of such an input before it writes element `t` of the output, and both in the order
    /// in which they lie. Before any later element `t` is read, `t` output elements are written: the distance is the
    /// greatest `t * (output size - input size)` for `t` of at least 1.
    pub fn element_wise(mut self, inputs: &[TensorRef<'_>], output: &TensorRef<'_>) -> Step {
        let size = |tensor: &TensorRef<'_>| tensor.element_type.map_or(0, |element_type| element_type.size() as i64);
        for (index, input) in inputs.iter().enumerate() {
            if input.elements == output.elements && size(output) <= size(input) {
                self = self.overlap(index, 0, size(output) - size(input));
            }
        }
        self
    }
}
