//! What ops have in common that make each output element from one input element.

use bytemuck::NoUninit;
use micro_runtime::arena::ElementType;
use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::Kernel;
use micro_runtime::kernels::support::conversion::Conversion;

use super::quantise::output_stage;
use crate::compile::error::Refusal;
use crate::compile::lower::{Node, TensorRef};
use crate::compile::step::{Lowered, Step};
use crate::model::schema::ActivationFunctionType;

/// The input and the output of such an op.
pub struct Unary<'g> {
    /// Input 0.
    pub input: TensorRef<'g>,
    /// Output 0, with as many elements.
    pub output: TensorRef<'g>,
}

impl<'g> Unary<'g> {
    /// Those of `node`, which must have one of each and no more.
    pub fn of(node: &Node<'g>) -> Result<Unary<'g>, Refusal> {
        node.arity(1..=1, 1..=1)?;
        let (input, output) = (node.input(0)?, node.output(0)?);
        output.require_elements(input.elements)?;
        Ok(Unary { input, output })
    }

    /// Those of `node`, which must have the same element type too.
    pub fn of_one_type(node: &Node<'g>) -> Result<Unary<'g>, Refusal> {
        let unary = Unary::of(node)?;
        unary.output.require_type(unary.input.known_type()?)?;
        Ok(unary)
    }

    /// The element type of the input.
    pub fn element_type(&self) -> Result<ElementType, Refusal> {
        self.input.known_type()
    }

    /// A run of `kernel`. Constants can be added as further inputs.
    pub fn step<P: NoUninit>(&self, kernel: &Kernel, parameters: &P) -> Step {
        Step::new(kernel, parameters).input(self.input.id).output(self.output.id).overlap(0, 0, self.distance())
    }

    /// How far the output must lie below the input to be written over it: what it grows by up to the last element.
    ///
    /// After element `i`, `(i + 1) * output size` bytes are written and all from `(i + 1) * input size` on is to be
    /// read, if there is more. Where elements shrink, 0 does.
    fn distance(&self) -> i64 {
        let size = |tensor: &TensorRef<'_>| tensor.element_type.map_or(0, |element_type| element_type.size() as i64);
        let growth = (size(&self.output) - size(&self.input)).max(0);
        growth * (self.input.elements as i64 - 1).max(0)
    }

    /// From the quantisation of the input to that of the output, clamped to `activation`.
    pub fn conversion(&self, activation: ActivationFunctionType) -> Result<Conversion, Refusal> {
        Ok(Conversion {
            input_zero_point: self.input.zero_point()?,
            multiplier: Multiplier::from_real(self.input.scale()? / self.output.scale()?),
            output: output_stage(&self.output, activation)?,
        })
    }
}

/// Lowers an op that has one kernel, for `float32`, without parameters.
pub fn lower_float(node: &Node<'_>, kernel: &Kernel) -> Result<Lowered, Refusal> {
    let unary = Unary::of_one_type(node)?;
    unary.input.require_type(ElementType::Float32)?;
    Ok(unary.step(kernel, &()).into())
}
