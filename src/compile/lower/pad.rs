//! PAD and PADV2. The rule and the layout are in [`micro_runtime::kernels::pad`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::pad::{self as kernel, DIMENSIONS, Parameters};

use super::support::movement::{one_of, paddings, require_rank_at_most};
use super::support::rename::rename;
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "PAD", types: "float32, int8, int16, int32", lower };

const TYPES: [ElementType; 4] = [ElementType::Float32, ElementType::Int8, ElementType::Int16, ElementType::Int32];

/// Lowers PAD, and PADV2, which names the fill value in a third input.
pub(super) fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=3, 1..=1)?;
    let (input, amounts, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    let element_type = one_of(&input, &TYPES)?;
    output.require_type(element_type)?;
    require_rank_at_most(&input, DIMENSIONS)?;
    amounts.require_type(ElementType::Int32)?;
    let pairs = paddings(&amounts, &input, &output)?;
    let value = node.optional_input(2);
    if let Some(value) = &value {
        value.require_type(element_type)?;
        value.require_elements(1)?;
        require_same_meaning(value, &output, element_type)?;
    }
    if pairs.iter().all(|pair| *pair == [0, 0]) {
        return rename(&input, &output);
    }
    let parameters = parameters(&input.shape, &pairs, element_type.size() as u32);
    let step = Step::new(&kernel::BYTES, &parameters).input(input.id);
    let step = match (value, element_type) {
        (Some(value), _) => step.input(value.id),
        (None, ElementType::Int8) => step.constant(ElementType::Int8, &[output.zero_point()? as i8]),
        (None, ElementType::Int16) => step.constant(ElementType::Int16, &[0i16]),
        (None, ElementType::Int32) => step.constant(ElementType::Int32, &[0i32]),
        (None, _) => step.constant(ElementType::Float32, &[0f32]),
    };
    let step = step.output(output.id);
    Ok(if input.elements == 0 { step } else { step.overlap(0, 0, distance(&parameters)) }.into())
}

/// An `int8` fill value must be quantised as the output is.
fn require_same_meaning(
    value: &TensorRef<'_>,
    output: &TensorRef<'_>,
    element_type: ElementType,
) -> Result<(), Refusal> {
    let of = |tensor: &TensorRef<'_>| {
        let scale = tensor.scales.first().copied().unwrap_or(0.0);
        (scale, tensor.zero_points.first().copied().unwrap_or(0))
    };
    if element_type != ElementType::Int8 || of(value) == of(output) {
        return Ok(());
    }
    Err(value.refusal(
        format_args!("has scale and zero point {:?}, those of the output needed: {:?}", of(value), of(output)),
        "Quantise the model again so that the fill value shares the scale of the output.",
    ))
}

/// Dimensions without a border become part of their outer neighbour, and the innermost one counts bytes.
fn parameters(shape: &[u32], pairs: &[[u32; 2]], size: u32) -> Parameters {
    // Innermost first: extent, before, behind.
    let mut merged: Vec<[u32; 3]> = Vec::new();
    let mut scale = size;
    for (&extent, &[before, behind]) in shape.iter().zip(pairs).rev() {
        // Tensors have less than 2^30 bytes, unless one of their extents is 0; then nothing but the product counts.
        let scaled = |amount: u32| amount.saturating_mul(scale);
        if [before, behind] == [0, 0] {
            scale = scaled(extent);
        } else {
            merged.push([scaled(extent), scaled(before), scaled(behind)]);
            scale = 1;
        }
    }
    merged.push([scale, 0, 0]);
    let mut parameters = Parameters { extents: [1; DIMENSIONS], before: [0; DIMENSIONS], behind: [0; DIMENSIONS] };
    for (position, [extent, before, behind]) in merged.into_iter().take(DIMENSIONS).enumerate() {
        let dimension = DIMENSIONS - 1 - position;
        parameters.extents[dimension] = extent;
        parameters.before[dimension] = before;
        parameters.behind[dimension] = behind;
    }
    parameters
}

/// Each row is read right before it is written, so that the writes are ahead by most at the last row: by all that is
/// added but for what comes behind that row.
fn distance(p: &Parameters) -> i64 {
    let (mut input, mut output, mut behind) = (1i64, 1i64, 0i64);
    for dimension in (0..DIMENSIONS).rev() {
        behind += p.behind[dimension] as i64 * output;
        input *= p.extents[dimension] as i64;
        let borders = p.before[dimension] as i64 + p.behind[dimension] as i64;
        output *= p.extents[dimension] as i64 + borders;
    }
    output - input - behind
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the rows of the input lie in the output, by the definition of padding.
    fn rows(p: &Parameters) -> Vec<i64> {
        let mut places = vec![0i64];
        for dimension in 0..DIMENSIONS {
            let padded = (p.before[dimension] + p.extents[dimension] + p.behind[dimension]) as i64;
            let before = p.before[dimension] as i64;
            let count = if dimension == DIMENSIONS - 1 { 1 } else { p.extents[dimension] as i64 };
            let inner = |place: i64| (0..count).map(move |index| place * padded + before + index);
            places = places.into_iter().flat_map(inner).collect();
        }
        places
    }

    #[test]
    fn writes_are_ahead_of_reads_by_the_distance() {
        let mut state = 7u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        for _ in 0..2_000 {
            let shape: Vec<u32> = (0..random(5) + 1).map(|_| random(3) + 1).collect();
            let pairs: Vec<[u32; 2]> = shape.iter().map(|_| [random(3), random(3)]).collect();
            let p = parameters(&shape, &pairs, 1 << random(3));
            let row = p.extents[DIMENSIONS - 1] as i64;
            let ahead = rows(&p).iter().enumerate().map(|(index, &place)| place - index as i64 * row).max().unwrap();
            assert_eq!(distance(&p), ahead, "{p:?}");
        }
    }
}
