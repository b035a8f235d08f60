//! MIRROR_PAD. The rule and the layout are in [`micro_runtime::kernels::mirror_pad`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::mirror_pad::{self as kernel, DIMENSIONS, Parameters};

use super::support::movement::{DAMAGED, one_of, paddings, require_rank_at_most, volume};
use super::support::rename::rename;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};
use crate::model::schema::MirrorPadMode;

pub(super) const LOWERING: Lowering = Lowering { name: "MIRROR_PAD", types: "float32, int8", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let Some(options) = node.table().builtin_options_as_mirror_pad_options() else {
        return Err(Refusal::new("its options are missing", DAMAGED));
    };
    let (input, amounts, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    let element_type = one_of(&input, &[ElementType::Float32, ElementType::Int8])?;
    output.require_type(element_type)?;
    require_rank_at_most(&input, DIMENSIONS)?;
    let pairs = paddings(&amounts, &input, &output)?;
    let repeats_edge = u32::from(options.mode() != MirrorPadMode::REFLECT);
    for (&extent, pair) in input.shape.iter().zip(&pairs) {
        let shown = (u64::from(extent) + u64::from(repeats_edge)).saturating_sub(1);
        if pair.iter().any(|&amount| u64::from(amount) > shown) {
            return Err(amounts.refusal(
                format_args!("asks for {pair:?} around an extent of {extent}, whose mirror image has {shown}"),
                DAMAGED,
            ));
        }
    }
    // What lies inside of the last padded dimension moves as one.
    let Some(last) = pairs.iter().rposition(|pair| *pair != [0, 0]) else { return rename(&input, &output) };
    let mut parameters = Parameters {
        run: volume(&input.shape[last + 1..]).saturating_mul(element_type.size() as u32),
        repeats_edge,
        extents: [1; DIMENSIONS],
        before: [0; DIMENSIONS],
        behind: [0; DIMENSIONS],
    };
    for (dimension, (&extent, &[before, behind])) in input.shape.iter().zip(&pairs).enumerate().take(last + 1) {
        let place = DIMENSIONS - 1 - last + dimension;
        parameters.extents[place] = extent;
        parameters.before[place] = before;
        parameters.behind[place] = behind;
    }
    Ok(Step::new(&kernel::BYTES, &parameters).input(input.id).output(output.id).into())
}
