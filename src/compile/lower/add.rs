//! ADD. The rule is in [`micro_runtime::kernels::add`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::add as kernel;

use super::dsp;
use super::support::binary::Pair;
use super::support::quantise::require_unquantised;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;
use crate::model::schema::ActivationFunctionType;

pub(super) const LOWERING: Lowering = Lowering { name: "ADD", types: "int8, int16, int32, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let (pair, element_type) = Pair::of_one_type(node)?;
    let options = node.table().builtin_options_as_add_options();
    let activation = options.map(|options| options.fused_activation_function()).unwrap_or_default();
    Ok(match element_type {
        ElementType::Int8 => {
            let sum = pair.sum(activation)?;
            dsp::add::step(node, &pair, &sum).unwrap_or_else(|| pair.step(&kernel::INT8, &sum))
        }
        ElementType::Int16 => pair.step(&kernel::INT16, &pair.sum(activation)?),
        ElementType::Int32 => {
            require_unquantised(&[pair.left, pair.right])?;
            // The reference computes the bounds of a fused activation here, and does not use them.
            pair.step(&kernel::INT32, &pair.int32(ActivationFunctionType::NONE)?)
        }
        ElementType::Float32 => pair.step(&kernel::FLOAT32, &pair.float(activation)?),
        _ => return Err(pair.left.wrong_type(LOWERING.types)),
    })
}
