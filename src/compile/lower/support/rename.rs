//! Ops that give the same elements another shape: nothing runs unless the bytes must be two.

use micro_runtime::kernels::copy;

use crate::compile::error::Refusal;
use crate::compile::lower::TensorRef;
use crate::compile::step::{Lowered, Step};

/// Makes `output` another name of `input`; copies where one of them is a variable, which may change while the other
/// is still needed.
///
/// Requires the same type and number of elements.
pub fn rename(input: &TensorRef<'_>, output: &TensorRef<'_>) -> Result<Lowered, Refusal> {
    output.require_type(input.known_type()?)?;
    output.require_elements(input.elements)?;
    if input.is_variable || output.is_variable {
        return Ok(Step::new(&copy::BYTES, &()).input(input.id).output(output.id).into());
    }
    Ok(Lowered::Alias { input: input.id, output: output.id })
}
