//! SQUARED_DIFFERENCE. The rule is in [`micro_runtime::kernels::squared_difference`].

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::squared_difference as kernel;
use micro_runtime::kernels::support::binary::RescaledParameters;
use micro_runtime::kernels::support::rescale::Requantise;

use super::support::binary::Pair;
use super::support::quantise::{output_stage, require_symmetric};
use super::support::rescale::rescale;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;
use crate::model::schema::ActivationFunctionType;

pub(super) const LOWERING: Lowering =
    Lowering { name: "SQUARED_DIFFERENCE", types: "int8, int16, int32, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let (pair, element_type) = Pair::of_one_type(node)?;
    Ok(match element_type {
        ElementType::Int8 => pair.step(&kernel::INT8, &quantised(&pair, 7)?),
        ElementType::Int16 => {
            [pair.left, pair.right, pair.output].iter().try_for_each(require_symmetric)?;
            pair.step(&kernel::INT16, &quantised(&pair, 0)?)
        }
        ElementType::Int32 => pair.step(&kernel::INT32, &pair.broadcast),
        ElementType::Float32 => pair.step(&kernel::FLOAT32, &pair.broadcast),
        _ => return Err(pair.left.wrong_type(LOWERING.types)),
    })
}

/// The headroom of the operands, `left_shift` bits, is in the square twice.
fn quantised(pair: &Pair<'_>, left_shift: u32) -> Result<RescaledParameters, Refusal> {
    let unit = pair.unit()?;
    let square = unit * unit / (pair.output.scale()? * (1u32 << (2 * left_shift)) as f64);
    Ok(RescaledParameters {
        broadcast: pair.broadcast,
        left: rescale(&pair.left, unit, left_shift)?,
        right: rescale(&pair.right, unit, left_shift)?,
        output: Requantise {
            multiplier: Multiplier::from_real(square),
            stage: output_stage(&pair.output, ActivationFunctionType::NONE)?,
        },
    })
}
