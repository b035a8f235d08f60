//! Axes become the runs of kept and reduced dimensions that kernels see.

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::Kernel;
use micro_runtime::kernels::support::reduce::{Reduction, SumParameters};

use super::extents::extents;
use super::quantise::output_stage;
use crate::compile::error::Refusal;
use crate::compile::lower::{Node, TensorRef};
use crate::compile::step::{Lowered, Step};
use crate::model::schema::ActivationFunctionType;

/// A reduction of input 0 along the axes of input 1.
pub struct Reduced<'g> {
    /// What is reduced.
    pub input: TensorRef<'g>,
    /// What comes out.
    pub output: TensorRef<'g>,
    /// The shape that kernels see.
    pub shape: Reduction,
    /// How many elements an output element is made of.
    pub count: u32,
    /// How many axes are named.
    pub axes: usize,
}

impl<'g> Reduced<'g> {
    /// Reads the axes of a node with two inputs and one output. They are `int32` constants, each from minus the
    /// number of dimensions up; those of a scalar say nothing.
    pub fn of(node: &Node<'g>) -> Result<Reduced<'g>, Refusal> {
        node.arity(2..=2, 1..=1)?;
        let (input, axes, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
        let values: Vec<i32> = axes.constant(ElementType::Int32, "the axes decide the shape of the output")?;
        let mut is_reduced = vec![false; input.rank()];
        for &axis in values.iter().filter(|_| input.rank() > 0) {
            let resolved = if axis < 0 { axis as i64 + input.rank() as i64 } else { axis as i64 };
            match usize::try_from(resolved).ok().and_then(|axis| is_reduced.get_mut(axis)) {
                Some(is_reduced) => *is_reduced = true,
                None => {
                    let rank = input.rank();
                    return Err(axes.refusal(
                        format_args!("has the axis {axis}, -{rank} to {} needed for {:?}", rank - 1, input.shape),
                        "The model is damaged; convert it again.",
                    ));
                }
            }
        }
        require_some(&input)?;
        let shape = collapse(&input.shape, &is_reduced).ok_or_else(|| {
            Refusal::unsupported(
                format!("its axes are more than 3 groups of neighbouring dimensions of {:?}", input.shape),
                "Reduce along neighbouring dimensions, or in two steps.",
            )
        })?;
        // Neither product can overflow: it divides the number of elements.
        output.require_elements(shape.kept.iter().product())?;
        Ok(Reduced { input, output, shape, count: shape.reduced.iter().product(), axes: values.len() })
    }

    /// Requires input and output to have one type.
    pub fn one_type(&self) -> Result<ElementType, Refusal> {
        let element_type = self.input.known_type()?;
        self.output.require_type(element_type)?;
        Ok(element_type)
    }

    /// Adds input and output to a step, and the rule by which they may share bytes.
    pub fn operands(&self, step: Step) -> Step {
        step.input(self.input.id).output(self.output.id).overlap(0, 0, self.distance())
    }

    /// The step of a kernel that yields one of the elements, for the input's type.
    pub fn extreme(&self, int8: &Kernel, float32: &Kernel) -> Result<Step, Refusal> {
        let kernel = match self.one_type()? {
            ElementType::Int8 => int8,
            ElementType::Float32 => float32,
            _ => return Err(self.input.wrong_type("int8 or float32")),
        };
        let quantisation = |tensor: &TensorRef<'_>| {
            let scale = tensor.scales.first().copied().unwrap_or(0.0);
            (scale, tensor.zero_points.first().copied().unwrap_or(0))
        };
        let (found, needed) = (quantisation(&self.output), quantisation(&self.input));
        if self.input.element_type == Some(ElementType::Int8) && found != needed {
            return Err(self.output.refusal(
                format_args!(
                    "has scale {} and zero point {}, those of the input, {} and {}, needed",
                    found.0, found.1, needed.0, needed.1
                ),
                "Quantise the model again; this op does not rescale.",
            ));
        }
        Ok(self.operands(Step::new(kernel, &self.shape)))
    }

    /// The step of a kernel that yields the position of one of the elements along one axis, for the input's type.
    pub fn position(&self, int8: &Kernel, float32: &Kernel) -> Result<Step, Refusal> {
        if self.axes != 1 || self.input.rank() == 0 {
            return Err(Refusal::new(
                format!("it has {} axes of {:?}, exactly 1 needed", self.axes, self.input.shape),
                "Search along one axis; flatten the tensor first to search all of it.",
            ));
        }
        self.output.require_type(ElementType::Int32)?;
        let kernel = match self.input.known_type()? {
            ElementType::Int8 => int8,
            ElementType::Float32 => float32,
            _ => return Err(self.input.wrong_type("int8 or float32")),
        };
        Ok(self.operands(Step::new(kernel, &self.shape)))
    }

    /// The parameters of a quantised sum that is multiplied with `multiplier`.
    pub fn sum_parameters(&self, multiplier: Multiplier) -> Result<SumParameters, Refusal> {
        // As the reference does it, the offset wraps like the sums.
        let offset = (self.input.zero_point()? as i64 * self.count as i64).wrapping_neg() as i32;
        let output = output_stage(&self.output, ActivationFunctionType::NONE)?;
        Ok(SumParameters { shape: self.shape, offset, multiplier, output })
    }

    /// Before output element `n` is written, `n` are, and what is still to be read starts at its own first element.
    /// The difference is linear in each kept index, so each contributes at its last value or at 0.
    fn distance(&self) -> i64 {
        let size = |tensor: &TensorRef<'_>| tensor.element_type.map_or(1, |element_type| element_type.size() as i64);
        let (mut written, mut read) = (size(&self.output), size(&self.input));
        let reduced = self.shape.reduced.iter().rev().chain([&1]);
        self.shape.kept.iter().rev().zip(reduced).fold(0, |distance, (&kept, &reduced)| {
            let ahead = (kept as i64 - 1) * (written - read).max(0);
            written *= kept as i64;
            read *= kept as i64 * reduced as i64;
            distance + ahead
        })
    }
}

/// Lowers the search for the position of one of the elements along one axis, by a kernel for `int8` and one for
/// `float32`; the latter two where the axis is known at run time only.
pub fn lower_position(
    node: &Node<'_>,
    [int8, float32]: [&Kernel; 2],
    [int8_any_axis, float32_any_axis]: [&Kernel; 2],
) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let (input, axis, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    if axis.data.is_some() {
        return Ok(Reduced::of(node)?.position(int8, float32)?.into());
    }
    let kernel = match input.known_type()? {
        ElementType::Int8 => int8_any_axis,
        ElementType::Float32 => float32_any_axis,
        _ => return Err(input.wrong_type("int8 or float32")),
    };
    axis.require_type(ElementType::Int32)?;
    axis.require_elements(1)?;
    output.require_type(ElementType::Int32)?;
    require_some(&input)?;
    let shape = extents(&input)?;
    // Whatever the axis is, its extent is what the output has not.
    if !input.shape.iter().any(|&extent| input.elements / extent == output.elements) {
        return Err(output.refusal(
            format_args!("has shape {:?}, which no axis of {:?} leads to", output.shape, input.shape),
            "The model is damaged; convert it again.",
        ));
    }
    Ok(Step::new(kernel, &shape).input(input.id).input(axis.id).output(output.id).into())
}

fn require_some(input: &TensorRef<'_>) -> Result<(), Refusal> {
    if input.elements > 0 {
        return Ok(());
    }
    Err(input.refusal(
        format_args!("has shape {:?}, at least 1 element needed", input.shape),
        "Remove the reduction of an empty tensor from the model.",
    ))
}

/// Runs of dimensions from the last to the first, kept and reduced in turn; `None` when there are too many.
fn collapse(extents: &[u32], is_reduced: &[bool]) -> Option<Reduction> {
    let mut slots = [1u32; 7];
    let mut slot = 0;
    for (&extent, &is_reduced) in extents.iter().zip(is_reduced).rev().filter(|(extent, _)| **extent != 1) {
        // Kept runs lie in even slots.
        slot += (slot % 2 == 1) as usize ^ is_reduced as usize;
        *slots.get_mut(slot)? *= extent;
    }
    let [k3, r2, k2, r1, k1, r0, k0] = slots;
    Some(Reduction { kept: [k0, k1, k2, k3], reduced: [r0, r1, r2] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_kind_become_one_run() {
        let shape = collapse(&[2, 3, 1, 5, 7], &[false, true, false, true, false]).unwrap();
        assert_eq!(shape, Reduction { kept: [1, 1, 2, 7], reduced: [1, 1, 15] });
        let shape = collapse(&[2, 3, 5, 7], &[true, false, true, true]).unwrap();
        assert_eq!(shape, Reduction { kept: [1, 1, 3, 1], reduced: [1, 2, 35] });
        assert_eq!(collapse(&[], &[]), Some(Reduction { kept: [1; 4], reduced: [1; 3] }));
        let alternating: Vec<bool> = (0..8).map(|index| index % 2 == 0).collect();
        assert_eq!(collapse(&[2; 8], &alternating), None);
    }
}
