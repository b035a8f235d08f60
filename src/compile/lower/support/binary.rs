//! Ops on two operands that are broadcast against each other.

use bytemuck::NoUninit;
use micro_runtime::arena::ElementType;
use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::Kernel;
use micro_runtime::kernels::support::binary::{
    FloatParameters, Int32Parameters, ProductParameters, RescaledParameters,
};
use micro_runtime::kernels::support::broadcast::Broadcast;

use super::broadcast::broadcast;
use super::quantise::{float_range, int32_range, output_stage};
use super::rescale::{SUM_HEADROOM, requantise, rescale};
use crate::compile::error::Refusal;
use crate::compile::lower::{Node, TensorRef};
use crate::compile::step::{Lowered, Step};
use crate::model::schema::ActivationFunctionType;

/// The tensors of such an op.
pub struct Pair<'g> {
    /// The first operand.
    pub left: TensorRef<'g>,
    /// The second operand.
    pub right: TensorRef<'g>,
    /// The output.
    pub output: TensorRef<'g>,
    /// Their shapes.
    pub broadcast: Broadcast,
}

impl<'g> Pair<'g> {
    /// The operands of `node`, whose shapes are found to fit together.
    pub fn of(node: &Node<'g>) -> Result<Pair<'g>, Refusal> {
        node.arity(2..=2, 1..=1)?;
        let (left, right, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
        let broadcast = broadcast(&[left, right], &output)?;
        Ok(Pair { left, right, output, broadcast })
    }

    /// As [`of`](Pair::of), with the same element type in both operands and the output.
    pub fn of_one_type(node: &Node<'g>) -> Result<(Pair<'g>, ElementType), Refusal> {
        let pair = Pair::of(node)?;
        let element_type = pair.left.known_type()?;
        pair.right.require_type(element_type)?;
        pair.output.require_type(element_type)?;
        Ok((pair, element_type))
    }

    /// A run of `kernel` on these tensors.
    pub fn step<P: NoUninit>(&self, kernel: &Kernel, parameters: &P) -> Lowered {
        Step::new(kernel, parameters)
            .input(self.left.id)
            .input(self.right.id)
            .output(self.output.id)
            .element_wise(&[self.left, self.right], &self.output)
            .into()
    }

    /// Parameters of float arithmetic.
    pub fn float(&self, activation: ActivationFunctionType) -> Result<FloatParameters, Refusal> {
        let (minimum, maximum) = float_range(activation)?;
        Ok(FloatParameters { broadcast: self.broadcast, minimum, maximum })
    }

    /// Parameters of `int32` arithmetic.
    pub fn int32(&self, activation: ActivationFunctionType) -> Result<Int32Parameters, Refusal> {
        let (minimum, maximum) = int32_range(activation)?;
        Ok(Int32Parameters { broadcast: self.broadcast, minimum, maximum })
    }

    /// Twice the larger scale of the operands, which rescaled operands have for their unit.
    pub fn unit(&self) -> Result<f64, Refusal> {
        Ok(2.0 * self.left.scale()?.max(self.right.scale()?))
    }

    /// Parameters of a sum or a difference of `int8` or `int16` values.
    pub fn sum(&self, activation: ActivationFunctionType) -> Result<RescaledParameters, Refusal> {
        let left_shift = if self.output.known_type()? == ElementType::Int16 { 15 } else { SUM_HEADROOM };
        let unit = self.unit()?;
        Ok(RescaledParameters {
            broadcast: self.broadcast,
            left: rescale(&self.left, unit, left_shift)?,
            right: rescale(&self.right, unit, left_shift)?,
            output: requantise(&self.output, unit / (1u32 << left_shift) as f64, activation)?,
        })
    }

    /// Parameters of a product or a quotient of quantised values, of which `scale` is the scale.
    pub fn product(&self, scale: f64, activation: ActivationFunctionType) -> Result<ProductParameters, Refusal> {
        Ok(ProductParameters {
            broadcast: self.broadcast,
            left_offset: -self.left.zero_point()?,
            right_offset: -self.right.zero_point()?,
            multiplier: Multiplier::from_real(scale / self.output.scale()?),
            stage: output_stage(&self.output, activation)?,
        })
    }
}
