//! SUM. The rule and the layout are in [`micro_runtime::kernels::sum`].

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::sum as kernel;

use super::support::reduction::Reduced;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SUM", types: "int8, int16, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    let reduced = Reduced::of(node)?;
    let kernel = match reduced.one_type()? {
        ElementType::Float32 => return Ok(reduced.operands(Step::new(&kernel::FLOAT32, &reduced.shape)).into()),
        ElementType::Int8 => kernel::INT8,
        ElementType::Int16 => kernel::INT16,
        _ => return Err(reduced.input.wrong_type("int8, int16 or float32")),
    };
    let scale = reduced.input.scale()? / reduced.output.scale()?;
    let parameters = reduced.sum_parameters(Multiplier::from_real(scale))?;
    Ok(reduced.operands(Step::new(&kernel, &parameters)).into())
}
