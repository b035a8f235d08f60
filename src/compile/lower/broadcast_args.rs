//! BROADCAST_ARGS. The rule is in [`micro_runtime::kernels::broadcast_args`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::broadcast_args::{self as kernel, Parameters};

use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "BROADCAST_ARGS", types: "int32, int64", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let (left, right, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    let element_type = left.known_type()?;
    right.require_type(element_type)?;
    output.require_type(element_type)?;
    for shape in [&left, &right, &output] {
        shape.require_rank(1)?;
    }
    let kernel = match element_type {
        ElementType::Int32 => kernel::INT32,
        ElementType::Int64 => kernel::INT64,
        _ => return Err(left.wrong_type(LOWERING.types)),
    };
    let parameters = Parameters { left: left.elements, right: right.elements, output: output.elements };
    Ok(Step::new(&kernel, &parameters).input(left.id).input(right.id).output(output.id).into())
}
