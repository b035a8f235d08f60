//! LOG_SOFTMAX. The rule and the layout are in [`micro_runtime::kernels::log_softmax`].

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::log_softmax::{self as kernel, Parameters};

use super::support::exponent::exponent;
use super::support::quantise::require_quantisation;
use super::support::rows::rows;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "LOG_SOFTMAX", types: "int8, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..=1)?;
    let (input, output) = (node.input(0)?, node.output(0)?);
    output.require_type(input.known_type()?)?;
    output.require_shape(&input.shape)?;
    let rows = rows(&input)?;
    let step = match input.known_type()? {
        ElementType::Float32 => Step::new(&kernel::FLOAT32, &rows),
        ElementType::Int8 => {
            require_quantisation(&output, 1.0 / 16.0, 0.0, 127)?;
            let exponent = exponent(&input, 1.0)?;
            let multiplier = exponent.multiplier;
            let reverse = 2f64.powi(31 - multiplier.exponent) / multiplier.mantissa as f64;
            let parameters = Parameters {
                rows,
                multiplier,
                reverse_multiplier: Multiplier::from_real(reverse),
                least_difference: exponent.least_difference,
            };
            Step::new(&kernel::INT8, &parameters)
        }
        _ => return Err(input.wrong_type("int8 or float32")),
    };
    Ok(step.input(input.id).output(output.id).overlap(0, 0, 0).into())
}
