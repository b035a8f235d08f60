//! MIRROR_PAD. The rule and the layout are in [`micro_runtime::kernels::mirror_pad`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::mirror_pad::{self as kernel, AnyBorders, DIMENSIONS, Parameters};

use super::support::movement::{DAMAGED, one_of, paddings, require_rank_at_most, volume};
use super::support::rename::rename;
use super::{Lowering, Node, TensorRef};
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
    let repeats_edge = u32::from(options.mode() != MirrorPadMode::REFLECT);
    if amounts.data.is_none() {
        return at_run_time(&input, &amounts, &output, repeats_edge);
    }
    let pairs = paddings(&amounts, &input, &output)?;
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

/// The output has the shape that the file gives it, whatever the borders are.
fn at_run_time(
    input: &TensorRef<'_>,
    amounts: &TensorRef<'_>,
    output: &TensorRef<'_>,
    repeats_edge: u32,
) -> Result<Lowered, Refusal> {
    let rank = input.rank();
    output.require_rank(rank)?;
    let kernel = match amounts.known_type()? {
        ElementType::Int32 => kernel::INT32_BORDERS,
        ElementType::Int64 => kernel::INT64_BORDERS,
        _ => return Err(amounts.wrong_type("int32 or int64")),
    };
    amounts.require_shape(&[rank as u32, 2])?;
    // Each of the two borders is at most as wide as the mirror image.
    let reaches = |(&extent, &padded): (&u32, &u32)| {
        let shown = (u64::from(extent) + u64::from(repeats_edge)).saturating_sub(1);
        (u64::from(extent)..=u64::from(extent) + 2 * shown).contains(&u64::from(padded))
    };
    if rank == 0 || input.elements == 0 || !input.shape.iter().zip(&output.shape).all(reaches) {
        return Err(output.refusal(
            format_args!("has shape {:?}, which no mirror image around {:?} leads to", output.shape, input.shape),
            DAMAGED,
        ));
    }
    let padded = |shape: &[u32]| {
        let mut extents = [1; DIMENSIONS];
        extents[DIMENSIONS - shape.len()..].copy_from_slice(shape);
        extents
    };
    let parameters = AnyBorders {
        rank: rank as u32,
        element_bytes: input.known_type()?.size() as u32,
        repeats_edge,
        input: padded(&input.shape),
        output: padded(&output.shape),
    };
    Ok(Step::new(&kernel, &parameters).input(input.id).input(amounts.id).output(output.id).into())
}
