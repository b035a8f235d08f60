//! SignalIrfft. The rule and the layout are in [`micro_runtime::kernels::signal_irfft`].

use micro_runtime::arena::ElementType;
use micro_runtime::frontend::fft::{Direction, Sample};
use micro_runtime::kernels::signal_irfft::{FLOAT32, INT16, INT32, Parameters};

use super::signal_rfft::{options, require_rows, twiddles};
use super::support::rows::full_rows;
use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering = Lowering { name: "SignalIrfft", types: "int16, int32, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..=1)?;
    let (input, output) = (node.input(0)?, node.output(0)?);
    let (element_type, size) = options(node)?;
    input.require_type(element_type)?;
    output.require_type(element_type)?;
    let (row_count, _) = full_rows(&input)?;
    require_rows(&input, row_count, size + 2)?;
    require_rows(&output, row_count, size)?;
    let parameters = Parameters { rows: row_count, size };
    let step = match element_type {
        ElementType::Int16 => with_table::<i16>(Step::new(&INT16, &parameters).input(input.id), size),
        ElementType::Int32 => with_table::<i32>(Step::new(&INT32, &parameters).input(input.id), size),
        _ => with_table::<f32>(Step::new(&FLOAT32, &parameters).input(input.id), size),
    };
    Ok(step.output(output.id).into())
}

fn with_table<T: Sample>(step: Step, size: u32) -> Step {
    twiddles::<T>(step, size, Direction::Inverse)
}
