//! Outputs whose elements lie in a regular pattern in the input become one `STRIDED_COPY`, or nothing at all.

use micro_runtime::kernels::strided_copy::{self, DIMENSIONS, Parameters};

use super::rename::rename;
use crate::compile::error::Refusal;
use crate::compile::lower::TensorRef;
use crate::compile::step::{Lowered, Step};

/// Where in the input the elements of the output come from, counted in elements.
pub struct View {
    /// The source of the first element.
    pub start: i64,
    /// Extent and distance between neighbours in the input for each dimension of the output, outermost first.
    pub dimensions: Vec<(u32, i64)>,
}

/// How far apart the elements of a row-major tensor are along each dimension.
pub fn row_major(shape: &[u32]) -> Vec<i64> {
    let mut strides = vec![1i64; shape.len()];
    for dimension in (1..shape.len()).rev() {
        strides[dimension - 1] = strides[dimension].saturating_mul(shape[dimension] as i64);
    }
    strides
}

/// Lowers an op whose output is a view of its input.
///
/// The view must stay inside of the input and have as many elements as the output. Types must have whole bytes.
pub fn lower_view(input: &TensorRef<'_>, output: &TensorRef<'_>, view: &View) -> Result<Lowered, Refusal> {
    let element_type = input.known_type()?;
    output.require_type(element_type)?;
    if output.elements == 0 {
        let nothing = Parameters { run: 0, start: 0, extents: [1; DIMENSIONS], strides: [0; DIMENSIONS] };
        return Ok(Step::new(&strided_copy::BYTES, &nothing).input(input.id).output(output.id).into());
    }
    let Some(parameters) = parameters(view, element_type.size() as u32) else {
        return Err(Refusal::unsupported(
            format!("its elements are taken from {} dimensions, at most {DIMENSIONS} supported", view.dimensions.len()),
            "Split the operator into two.",
        ));
    };
    if parameters.run == input.bytes() && parameters.run == output.bytes() {
        return rename(input, output);
    }
    let step = Step::new(&strided_copy::BYTES, &parameters).input(input.id).output(output.id);
    Ok(step.overlap(0, 0, distance(&parameters)).into())
}

/// The view in bytes, with as few dimensions and as long runs as possible; `None` when there are too many.
fn parameters(view: &View, size: u32) -> Option<Parameters> {
    // Innermost first.
    let mut merged: Vec<(u32, i64)> = Vec::new();
    for &(extent, stride) in view.dimensions.iter().rev().filter(|(extent, _)| *extent != 1) {
        match merged.last_mut() {
            Some(inner) if inner.1.checked_mul(inner.0 as i64) == Some(stride) => {
                inner.0 = inner.0.checked_mul(extent)?
            }
            _ => merged.push((extent, stride)),
        }
    }
    let mut run = size;
    if merged.first().is_some_and(|innermost| innermost.1 == 1) {
        run = size.checked_mul(merged.remove(0).0)?;
    }
    if merged.len() > DIMENSIONS {
        return None;
    }
    let start = u32::try_from(view.start.checked_mul(size as i64)?).ok()?;
    let mut parameters = Parameters { run, start, extents: [1; DIMENSIONS], strides: [0; DIMENSIONS] };
    for (position, (extent, stride)) in merged.into_iter().enumerate() {
        parameters.extents[DIMENSIONS - 1 - position] = extent;
        parameters.strides[DIMENSIONS - 1 - position] = i32::try_from(stride.checked_mul(size as i64)?).ok()?;
    }
    Some(parameters)
}

/// How much higher the input must lie for the output to be written over it.
///
/// Before a run is copied, all runs before it are written, and the reads to come start no lower than the lowest of
/// the current block. A block is what the dimensions from some `split` inwards run through; its lowest read must
/// not sink from one block to the next. Along the outer dimensions both ends grow linearly, so that the
/// greatest difference lies in a corner. The best split counts.
fn distance(p: &Parameters) -> i64 {
    let steps = |dimension: usize| p.extents[dimension] as i64 - 1;
    let span = |dimension: usize| steps(dimension) * p.strides[dimension] as i64;
    let runs: i64 = p.extents.iter().map(|&extent| extent as i64).product();
    if runs == 1 {
        // One run is moved as a whole, wherever it lies.
        return -(p.start as i64 + p.run as i64);
    }
    let mut best = i64::MAX;
    for split in 0..=DIMENSIONS {
        let mut inner_span = 0;
        let ascends = (0..split).rev().all(|dimension| {
            let is_ordered = steps(dimension) == 0 || p.strides[dimension] as i64 >= inner_span;
            inner_span += span(dimension);
            is_ordered
        });
        if !ascends {
            break;
        }
        let lowest = p.start as i64 + (split..DIMENSIONS).map(|dimension| span(dimension).min(0)).sum::<i64>();
        let mut written = p.run as i64;
        let mut ahead = 0;
        for dimension in (0..DIMENSIONS).rev() {
            if dimension < split {
                ahead += (steps(dimension) * (written - p.strides[dimension] as i64)).max(0);
            }
            written *= p.extents[dimension] as i64;
        }
        let block: i64 = (split..DIMENSIONS).map(|dimension| p.extents[dimension] as i64).product();
        best = best.min((block - 1) * p.run as i64 + ahead - lowest);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sources of the runs in the order in which they are written.
    fn sources(p: &Parameters) -> Vec<i64> {
        let mut all = vec![p.start as i64];
        for (&extent, &stride) in p.extents.iter().zip(&p.strides) {
            all = all.iter().flat_map(|from| (0..extent as i64).map(move |i| from + i * stride as i64)).collect();
        }
        all
    }

    /// The distance by its definition, over every step but the first, before which nothing is written.
    fn exact(p: &Parameters) -> i64 {
        let sources = sources(p);
        let mut lowest = i64::MAX;
        let mut distance = i64::MIN;
        for (step, &from) in sources.iter().enumerate().skip(1).rev() {
            lowest = lowest.min(from);
            distance = distance.max(step as i64 * p.run as i64 - lowest);
        }
        distance
    }

    #[test]
    fn distance_is_never_too_small() {
        let mut state = 1u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        for _ in 0..20_000 {
            let dimensions = (0..random(5)).map(|_| (random(4) + 1, random(30) as i64 - 8)).collect();
            let view = View { start: random(9) as i64 + 100, dimensions };
            let p = parameters(&view, 1 << random(3)).unwrap();
            if p.extents.iter().product::<u32>() > 1 {
                assert!(distance(&p) >= exact(&p), "{p:?}: {} < {}", distance(&p), exact(&p));
            }
        }
    }

    #[test]
    fn slices_lie_over_their_input() {
        // [8, 6, 4] from [2, 1, 0] with extents [3, 2, 4].
        let view = View { start: 2 * 24 + 4, dimensions: vec![(3, 24), (2, 4), (4, 1)] };
        let p = parameters(&view, 1).unwrap();
        assert_eq!((p.run, p.start, p.extents[5], p.strides[5]), (8, 52, 3, 24));
        assert_eq!(distance(&p), -52);
    }

    #[test]
    fn space_to_depth_needs_less_than_a_row_of_blocks() {
        // Blocks of 2 x 2 in [8, 6, 3]: 4 rows of blocks of 36 bytes in runs of 6. In a row, 2 blocks are written and 6
        // bytes of the third, while the third is read from byte 12 on; 12 would do, as byte 12 is read first.
        let view = View { start: 0, dimensions: vec![(4, 36), (3, 6), (2, 18), (6, 1)] };
        let p = parameters(&view, 1).unwrap();
        assert_eq!((distance(&p), exact(&p)), (18, 12));
    }
}
