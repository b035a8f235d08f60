//! Axes become the runs of kept and reduced dimensions that kernels see.

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::Kernel;
use micro_runtime::kernels::support::any_axes::{AnyAxes, AnySumParameters};
use micro_runtime::kernels::support::reduce::{Reduction, SumParameters};

use super::extents::extents;
use super::quantise::output_stage;
use crate::compile::error::Refusal;
use crate::compile::lower::{Node, TensorRef};
use crate::compile::step::{Lowered, Step};
use crate::model::schema::ActivationFunctionType;

/// The kernels of an op, by type.
pub struct Kernels<'k> {
    /// `int8`.
    pub int8: &'k Kernel,
    /// `int16`, for ops that take it.
    pub int16: Option<&'k Kernel>,
    /// `float32`.
    pub float32: &'k Kernel,
}

impl<'k> Kernels<'k> {
    /// The one for the type of `tensor`.
    fn of(&self, tensor: &TensorRef<'_>) -> Result<&'k Kernel, Refusal> {
        match (tensor.known_type()?, self.int16) {
            (ElementType::Int8, _) => Ok(self.int8),
            (ElementType::Int16, Some(int16)) => Ok(int16),
            (ElementType::Float32, _) => Ok(self.float32),
            (_, Some(_)) => Err(tensor.wrong_type("int8, int16 or float32")),
            (_, None) => Err(tensor.wrong_type("int8 or float32")),
        }
    }
}

/// A reduction of input 0 along the axes of input 1.
pub struct Reduced<'g> {
    /// What is reduced.
    pub input: TensorRef<'g>,
    /// What comes out.
    pub output: TensorRef<'g>,
    axes: Axes<'g>,
}

/// The axes of a reduction.
enum Axes<'g> {
    /// The shape that kernels see, and how many axes are named.
    Known(Reduction, usize),
    /// The tensor that will name them.
    AtRunTime(AnyAxes, TensorRef<'g>),
}

impl<'g> Reduced<'g> {
    /// Reads the axes of a node with two inputs and one output. They are `int32`, each from minus the number of
    /// dimensions up; those of a scalar say nothing. Where they are not constant, they must be able to lead to the
    /// shape of the output.
    pub fn of(node: &Node<'g>) -> Result<Reduced<'g>, Refusal> {
        node.arity(2..=2, 1..=1)?;
        let (input, axes, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
        axes.require_type(ElementType::Int32)?;
        require_some(&input)?;
        let axes = if axes.data.is_none() && input.rank() > 0 {
            Axes::AtRunTime(axes_at_run_time(&input, &axes, &output)?, axes)
        } else {
            let (shape, named) = known_axes(&input, &axes)?;
            // Neither product can overflow: it divides the number of elements.
            output.require_elements(shape.kept.iter().product())?;
            Axes::Known(shape, named)
        };
        Ok(Reduced { input, output, axes })
    }

    /// Requires input and output to have one type.
    pub fn one_type(&self) -> Result<ElementType, Refusal> {
        let element_type = self.input.known_type()?;
        self.output.require_type(element_type)?;
        Ok(element_type)
    }

    /// The step of the kernel for known axes, whose parameters are the [`Reduction`], or of the one for any,
    /// whose parameters are [`AnyAxes`].
    pub fn step(&self, known: &Kernel, any_axes: &Kernel) -> Step {
        match &self.axes {
            Axes::Known(shape, _) => self.operands(Step::new(known, shape), shape),
            Axes::AtRunTime(any, axes) => self.any_operands(Step::new(any_axes, any), axes),
        }
    }

    /// Adds input and output to a step, and the rule by which they may share bytes.
    fn operands(&self, step: Step, shape: &Reduction) -> Step {
        step.input(self.input.id).output(self.output.id).overlap(0, 0, self.distance(shape))
    }

    fn any_operands(&self, step: Step, axes: &TensorRef<'_>) -> Step {
        step.input(self.input.id).input(axes.id).output(self.output.id)
    }

    /// Before output element `n` is written, `n` are, and what is still to be read starts at its own first element.
    /// The difference is linear in each kept index, so each contributes at its last value or at 0.
    fn distance(&self, shape: &Reduction) -> i64 {
        let size = |tensor: &TensorRef<'_>| tensor.element_type.map_or(1, |element_type| element_type.size() as i64);
        let (mut written, mut read) = (size(&self.output), size(&self.input));
        let reduced = shape.reduced.iter().rev().chain([&1]);
        shape.kept.iter().rev().zip(reduced).fold(0, |distance, (&kept, &reduced)| {
            let ahead = (kept as i64 - 1) * (written - read).max(0);
            written *= kept as i64;
            read *= kept as i64 * reduced as i64;
            distance + ahead
        })
    }
}

fn known_axes(input: &TensorRef<'_>, axes: &TensorRef<'_>) -> Result<(Reduction, usize), Refusal> {
    let rank = input.rank();
    let values: Vec<i32> =
        if rank == 0 { Vec::new() } else { axes.constant(ElementType::Int32, "it decides what is reduced")? };
    let mut is_reduced = vec![false; rank];
    for &axis in &values {
        let resolved = if axis < 0 { axis as i64 + rank as i64 } else { axis as i64 };
        match usize::try_from(resolved).ok().and_then(|axis| is_reduced.get_mut(axis)) {
            Some(is_reduced) => *is_reduced = true,
            None => {
                return Err(axes.refusal(
                    format_args!("has the axis {axis}, -{rank} to {} needed for {:?}", rank - 1, input.shape),
                    "The model is damaged; convert it again.",
                ));
            }
        }
    }
    let shape = Reduction::of(input.shape.iter().copied().zip(is_reduced)).ok_or_else(|| {
        Refusal::unsupported(
            format!("its axes are more than 3 groups of neighbouring dimensions of {:?}", input.shape),
            "Reduce along neighbouring dimensions, or in two steps.",
        )
    })?;
    Ok((shape, values.len()))
}

fn axes_at_run_time(input: &TensorRef<'_>, axes: &TensorRef<'_>, output: &TensorRef<'_>) -> Result<AnyAxes, Refusal> {
    let shape = extents(input)?;
    // Any of the sets of so many axes, or fewer where one is named twice.
    let leads_to_output = (0..1u32 << input.rank()).filter(|set| set.count_ones() <= axes.elements).any(|set| {
        let kept = input.shape.iter().enumerate().filter(|(axis, _)| set >> axis & 1 == 0);
        kept.map(|(_, &extent)| extent).product::<u32>() == output.elements
    });
    if !leads_to_output {
        return Err(output.refusal(
            format_args!("has shape {:?}, which no {} axes of {:?} lead to", output.shape, axes.elements, input.shape),
            "The model is damaged; convert it again.",
        ));
    }
    Ok(AnyAxes { shape, axes: axes.elements })
}

/// Lowers a quantised or float sum, by kernels whose axes are known and by those for any. `of_count` makes the multiplier
/// of a sum of so many elements.
pub fn lower_sum(
    node: &Node<'_>,
    known: Kernels<'_>,
    any_axes: Kernels<'_>,
    of_count: fn(Multiplier, u32) -> Multiplier,
) -> Result<Lowered, Refusal> {
    let reduced = Reduced::of(node)?;
    let (known, any_axes) = (known.of(&reduced.input)?, any_axes.of(&reduced.input)?);
    if reduced.one_type()? == ElementType::Float32 {
        return Ok(reduced.step(known, any_axes).into());
    }
    let zero_point = reduced.input.zero_point()?;
    let multiplier = Multiplier::from_real(reduced.input.scale()? / reduced.output.scale()?);
    let output = output_stage(&reduced.output, ActivationFunctionType::NONE)?;
    let step = match reduced.axes {
        Axes::Known(shape, _) => {
            let count = shape.count();
            // As the reference does it, the offset wraps like the sums.
            let offset = (zero_point as i64 * count as i64).wrapping_neg() as i32;
            let parameters = SumParameters { shape, offset, multiplier: of_count(multiplier, count), output };
            reduced.operands(Step::new(known, &parameters), &shape)
        }
        Axes::AtRunTime(axes, tensor) => reduced
            .any_operands(Step::new(any_axes, &AnySumParameters { axes, zero_point, multiplier, output }), &tensor),
    };
    Ok(step.into())
}

/// Lowers the search for one of the elements, by kernels whose axes are known and by those for any.
pub fn lower_extreme(node: &Node<'_>, known: Kernels<'_>, any_axes: Kernels<'_>) -> Result<Lowered, Refusal> {
    let reduced = Reduced::of(node)?;
    let (known, any_axes) = (known.of(&reduced.input)?, any_axes.of(&reduced.input)?);
    let quantisation = |tensor: &TensorRef<'_>| {
        let scale = tensor.scales.first().copied().unwrap_or(0.0);
        (scale, tensor.zero_points.first().copied().unwrap_or(0))
    };
    let (found, needed) = (quantisation(&reduced.output), quantisation(&reduced.input));
    if reduced.one_type()? == ElementType::Int8 && found != needed {
        return Err(reduced.output.refusal(
            format_args!(
                "has scale {} and zero point {}, those of the input, {} and {}, needed",
                found.0, found.1, needed.0, needed.1
            ),
            "Quantise the model again; this op does not rescale.",
        ));
    }
    Ok(reduced.step(known, any_axes).into())
}

/// Lowers the search for the position of one of the elements along one axis, by kernels whose axis is known and by those
/// for any.
pub fn lower_position(node: &Node<'_>, known: Kernels<'_>, any_axis: Kernels<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let (input, axis, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    output.require_type(ElementType::Int32)?;
    axis.require_type(ElementType::Int32)?;
    if axis.data.is_some() {
        let kernel = known.of(&input)?;
        let reduced = Reduced::of(node)?;
        return match reduced.axes {
            Axes::Known(_, 1) if input.rank() > 0 => Ok(reduced.step(kernel, kernel).into()),
            _ => Err(Refusal::new(
                format!("it has {} axes of {:?}, exactly 1 needed", axis.elements, input.shape),
                "Search along one axis; flatten the tensor first to search all of it.",
            )),
        };
    }
    let kernel = any_axis.of(&input)?;
    axis.require_elements(1)?;
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
