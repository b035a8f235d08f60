//! REDUCE_ALL. The rule and the layout are in [`micro_runtime::kernels::reduce_all`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::reduce_all as kernel;

use super::support::reduction::Reduced;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::Lowered;

pub(super) const LOWERING: Lowering = Lowering { name: "REDUCE_ALL", types: "bool", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let reduced = Reduced::of(node)?;
    match reduced.one_type()? {
        ElementType::Bool => Ok(reduced.step(&kernel::BOOL, &kernel::BOOL_ANY_AXES).into()),
        _ => Err(reduced.input.wrong_type("bool")),
    }
}
