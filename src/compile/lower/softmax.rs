//! SOFTMAX. The rule and the layout are in [`micro_runtime::kernels::softmax`].

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::softmax::{self as kernel, FloatParameters, Parameters, TableParameters};
use micro_runtime::kernels::support::rows::Rows;

use super::support::exponent::exponent;
use super::support::interpolation::table;
use super::support::quantise::{require_quantisation, require_symmetric};
use super::support::rows::rows;
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SOFTMAX", types: "int8, int8 to int16, int16, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..=1)?;
    let (input, output) = (node.input(0)?, node.output(0)?);
    let beta = node.table().builtin_options_as_softmax_options().map(|options| options.beta()).unwrap_or_default();
    output.require_shape(&input.shape)?;
    let rows = rows(&input)?;
    let step = match (input.known_type()?, output.known_type()?) {
        (ElementType::Float32, ElementType::Float32) => Step::new(&kernel::FLOAT32, &FloatParameters { rows, beta })
            .input(input.id)
            .output(output.id)
            .overlap(0, 0, 0),
        (ElementType::Int8, ElementType::Int8) => {
            require_quantisation(&output, 1.0 / 256.0, 0.0, -128)?;
            Step::new(&kernel::INT8, &parameters(&input, rows, beta)?)
                .input(input.id)
                .output(output.id)
                .overlap(0, 0, 0)
        }
        (ElementType::Int8, ElementType::Int16) => {
            require_quantisation(&output, 1.0 / 65536.0, 0.001, -32768)?;
            // Element n of the output ends at byte 2n + 2 when element n + 1 of the input is still to be read.
            let distance = input.elements.max(1) as i64 - 1;
            Step::new(&kernel::INT8_TO_INT16, &parameters(&input, rows, beta)?)
                .input(input.id)
                .output(output.id)
                .overlap(0, 0, distance)
        }
        (ElementType::Int16, ElementType::Int16) => int16(&input, &output, rows, beta)?,
        (ElementType::Float32 | ElementType::Int8 | ElementType::Int16, _) => {
            return Err(output.wrong_type("the input's type, or int16 with an int8 input"));
        }
        _ => return Err(input.wrong_type("int8, int16 or float32")),
    };
    Ok(step.into())
}

fn parameters(input: &TensorRef<'_>, rows: Rows, beta: f32) -> Result<Parameters, Refusal> {
    let exponent = exponent(input, beta as f64)?;
    Ok(Parameters { rows, multiplier: exponent.multiplier, least_difference: exponent.least_difference })
}

fn int16(input: &TensorRef<'_>, output: &TensorRef<'_>, rows: Rows, beta: f32) -> Result<Step, Refusal> {
    require_symmetric(input)?;
    require_quantisation(output, 1.0 / 32768.0, 0.001, 0)?;
    if !(beta.is_finite() && beta >= 0.0) {
        return Err(Refusal::new(
            format!("its beta is {beta}, a finite one of at least 0 is needed"),
            "The model is damaged; convert it again.",
        ));
    }
    let multiplier = Multiplier::from_real(input.scale()? * beta as f64 / (10.0 / 65535.0));
    // The tables' spans, as single-precision products of a scale and whole steps.
    let steps = 65535.0f32;
    let symmetric = (2.0 / steps * -32768.0, 2.0 / steps * 32767.0);
    // Rounding the double-precision value is what a correctly rounded single-precision function gives.
    let exponentials = table((10.0 / steps * -steps, 0.0), symmetric, |value| libm::exp(value as f64) as f32);
    let reciprocals = table((0.0, 1.0 / steps * steps), symmetric, |value| 1.0 / (1.0 + value));
    Ok(Step::new(&kernel::INT16, &TableParameters { rows, multiplier })
        .input(input.id)
        .constant(ElementType::Int16, &exponentials)
        .constant(ElementType::Int16, &reciprocals)
        .output(output.id)
        .overlap(0, 0, 0))
}
