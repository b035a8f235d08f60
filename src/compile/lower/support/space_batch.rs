//! What SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND have in common: they are inverse to one another.

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::Kernel;
use micro_runtime::kernels::support::space_batch::{AnyBlocks, Parameters};

use super::movement::{DAMAGED, integers_32, one_of};
use super::rename::rename;
use crate::compile::error::Refusal;
use crate::compile::lower::{Node, TensorRef};
use crate::compile::step::{Lowered, Step};

/// Which of the two it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The output is blocked.
    SpaceToBatch,
    /// The input is blocked.
    BatchToSpace,
}

/// Lowers either op: inputs are the tensor, the block's extents, and what is padded or cut off. `any_blocks` is the kernel
/// that reads the latter two at run time.
pub fn lower_space_batch(
    node: &Node<'_>,
    kernel: &Kernel,
    any_blocks: &Kernel,
    direction: Direction,
) -> Result<Lowered, Refusal> {
    node.arity(3..=3, 1..=1)?;
    let (input, output) = (node.input(0)?, node.output(0)?);
    let element_type = one_of(&input, &[ElementType::Float32, ElementType::Int8])?;
    output.require_type(element_type)?;
    if !(3..=4).contains(&input.rank()) {
        return Err(input.refusal(
            format_args!("has shape {:?}, 3 or 4 dimensions needed", input.shape),
            "Reshape it to [batches, height, width, channels].",
        ));
    }
    output.require_rank(input.rank())?;
    let spatial = input.rank() - 2;
    let positive = |tensor: &TensorRef<'_>, count: usize, least: u32| -> Result<Vec<u32>, Refusal> {
        let values = integers_32(tensor, count)?;
        let fitting = values.iter().map(|&value| u32::try_from(value).ok().filter(|&value| value >= least));
        fitting
            .collect::<Option<Vec<u32>>>()
            .ok_or_else(|| tensor.refusal(format_args!("holds {values:?}, none may be below {least}"), DAMAGED))
    };
    let (wide, blocked) = match direction {
        Direction::SpaceToBatch => (&input, &output),
        Direction::BatchToSpace => (&output, &input),
    };
    let (block, borders) = (node.input(1)?, node.input(2)?);
    if block.data.is_none() || borders.data.is_none() {
        let parameters = any_blocks_of(wide, blocked, element_type)?;
        for (tensor, count) in [(&block, spatial), (&borders, 2 * spatial)] {
            tensor.require_type(ElementType::Int32)?;
            tensor.require_elements(count as u32)?;
        }
        let step = Step::new(any_blocks, &parameters).input(input.id).input(block.id).input(borders.id);
        return Ok(step.output(output.id).into());
    }
    let block = positive(&block, spatial, 1)?;
    let borders = positive(&borders, 2 * spatial, 0)?;
    // Checks that the blocked tensor is the padded wide one, block by block.
    let blocks = block.iter().fold(1u64, |product, &extent| product.saturating_mul(u64::from(extent)));
    let mut fits = u64::from(wide.shape[0]).saturating_mul(blocks) == u64::from(blocked.shape[0])
        && wide.shape[spatial + 1] == blocked.shape[spatial + 1];
    for dimension in 0..spatial {
        let padded = [borders[2 * dimension], wide.shape[dimension + 1], borders[2 * dimension + 1]];
        let padded: u64 = padded.iter().map(|&extent| u64::from(extent)).sum();
        fits &= padded == u64::from(blocked.shape[dimension + 1]) * u64::from(block[dimension]);
    }
    if !fits {
        return Err(output.refusal(
            format_args!(
                "has shape {:?}, which does not follow from the input's {:?} with blocks of {block:?} and borders of \
                 {borders:?}",
                output.shape, input.shape
            ),
            DAMAGED,
        ));
    }
    if blocks == 1 && borders.iter().all(|&border| border == 0) {
        return rename(&input, &output);
    }
    // Without a width, everything has the width 1.
    let width_of = |tensor: &TensorRef<'_>| if spatial == 2 { tensor.shape[2] } else { 1 };
    let parameters = Parameters {
        batches: wide.shape[0],
        height: wide.shape[1],
        width: width_of(wide),
        block_height: block[0],
        block_width: if spatial == 2 { block[1] } else { 1 },
        rows: blocked.shape[1],
        columns: width_of(blocked),
        top: borders[0],
        left: if spatial == 2 { borders[2] } else { 0 },
        run: wide.shape[spatial + 1].saturating_mul(element_type.size() as u32),
    };
    Ok(Step::new(kernel, &parameters).input(input.id).output(output.id).into())
}

/// Both tensors have the shapes that the file gives them, whatever the blocks and borders are.
fn any_blocks_of(
    wide: &TensorRef<'_>,
    blocked: &TensorRef<'_>,
    element_type: ElementType,
) -> Result<AnyBlocks, Refusal> {
    let spatial = wide.rank() - 2;
    for tensor in [wide, blocked] {
        if tensor.elements == 0 {
            return Err(tensor.refusal(
                format_args!("has shape {:?}, at least 1 element needed", tensor.shape),
                "Remove the operator from the model, or make its blocks and borders constant.",
            ));
        }
    }
    let same_channels = wide.shape[spatial + 1] == blocked.shape[spatial + 1];
    if !same_channels || !blocked.shape[0].is_multiple_of(wide.shape[0]) {
        return Err(blocked.refusal(
            format_args!("has shape {:?}, which no blocks of {:?} lead to", blocked.shape, wide.shape),
            DAMAGED,
        ));
    }
    let places =
        |tensor: &TensorRef<'_>| [tensor.shape[0], tensor.shape[1], if spatial == 2 { tensor.shape[2] } else { 1 }];
    Ok(AnyBlocks {
        wide: places(wide),
        blocked: places(blocked),
        spatial: spatial as u32,
        run: wide.shape[spatial + 1].saturating_mul(element_type.size() as u32),
    })
}
