//! One operator as its lowering sees it.

use std::ops::Deref;

use bytemuck::Pod;
use micro_runtime::arena::ElementType;
use micro_runtime::program::KernelSet;

use crate::compile::error::Refusal;
use crate::compile::graph::{Graph, TensorId, TensorInfo};
use crate::compile::resources::Resource;
use crate::model::{Operator, schema};

/// An operator, its tensors, and what it is lowered for.
pub struct Node<'g> {
    pub(in crate::compile) graph: &'g Graph<'g>,
    pub(in crate::compile) subgraph: usize,
    pub(in crate::compile) operator: &'g Operator<'g>,
    /// The name of the op.
    pub name: &'g str,
    /// The kernel set that weights and scratch are laid out for.
    pub kernel_set: KernelSet,
}

/// A tensor of the node.
#[derive(Clone, Copy)]
pub struct TensorRef<'g> {
    /// Its id.
    pub id: TensorId,
    info: &'g TensorInfo<'g>,
    role: Role,
}

#[derive(Clone, Copy)]
enum Role {
    Input(usize),
    Output(usize),
}

impl std::fmt::Display for Role {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Role::Input(index) => write!(formatter, "input {index}"),
            Role::Output(index) => write!(formatter, "output {index}"),
        }
    }
}

impl<'g> Deref for TensorRef<'g> {
    type Target = TensorInfo<'g>;

    fn deref(&self) -> &TensorInfo<'g> {
        self.info
    }
}

impl<'g> Node<'g> {
    /// The generated accessor of the operator, for its builtin options.
    pub fn table(&self) -> schema::Operator<'g> {
        self.operator.table
    }

    /// The custom options, empty when there are none.
    pub fn custom_options(&self) -> &'g [u8] {
        self.operator.custom_options
    }

    /// The number of inputs, absent ones included.
    pub fn input_count(&self) -> usize {
        self.operator.inputs.len()
    }

    /// The number of outputs.
    pub fn output_count(&self) -> usize {
        self.operator.outputs.len()
    }

    /// Requires the number of inputs to be in `inputs` and the number of outputs in `outputs`.
    pub fn arity(
        &self,
        inputs: impl std::ops::RangeBounds<usize> + std::fmt::Debug,
        outputs: impl std::ops::RangeBounds<usize> + std::fmt::Debug,
    ) -> Result<(), Refusal> {
        for (what, found, needed, fits) in [
            ("inputs", self.input_count(), format!("{inputs:?}"), inputs.contains(&self.input_count())),
            ("outputs", self.output_count(), format!("{outputs:?}"), outputs.contains(&self.output_count())),
        ] {
            if !fits {
                return Err(Refusal::new(
                    format!("it has {found} {what}, {needed} needed"),
                    "The model is damaged or was made by a converter for another runtime; convert it again.",
                ));
            }
        }
        Ok(())
    }

    /// Input `index`, which must be there.
    pub fn input(&self, index: usize) -> Result<TensorRef<'g>, Refusal> {
        self.optional_input(index).ok_or_else(|| {
            Refusal::new(
                format!("input {index} is missing"),
                "The model is damaged or was made by a converter for another runtime; convert it again.",
            )
        })
    }

    /// Input `index`, when it is there.
    pub fn optional_input(&self, index: usize) -> Option<TensorRef<'g>> {
        let tensor = (*self.operator.inputs.get(index)?)?;
        Some(self.tensor(tensor, Role::Input(index)))
    }

    /// Output `index`, which must be there.
    pub fn output(&self, index: usize) -> Result<TensorRef<'g>, Refusal> {
        match self.operator.outputs.get(index) {
            Some(&tensor) => Ok(self.tensor(tensor, Role::Output(index))),
            None => Err(Refusal::new(
                format!("output {index} is missing"),
                "The model is damaged or was made by a converter for another runtime; convert it again.",
            )),
        }
    }

    /// The resource variable that a tensor of the node stands for.
    pub fn variable(&self, tensor: &TensorRef<'_>) -> Result<&'g Resource, Refusal> {
        self.graph.resource(tensor.id).ok_or_else(|| {
            tensor.refusal(
                "stands for no variable that VAR_HANDLE names",
                "The model is damaged or was made by a converter for another runtime; convert it again.",
            )
        })
    }

    fn tensor(&self, index: usize, role: Role) -> TensorRef<'g> {
        let id = TensorId { subgraph: self.subgraph, index };
        TensorRef { id, info: self.graph.tensor(id), role }
    }
}

impl<'g> TensorRef<'g> {
    /// A refusal that starts with the tensor's role and name.
    pub fn refusal(&self, problem: impl std::fmt::Display, help: impl Into<String>) -> Refusal {
        Refusal::new(format!("{} \"{}\" {problem}", self.role, self.name), help)
    }

    /// The element type, one that kernels know.
    pub fn known_type(&self) -> Result<ElementType, Refusal> {
        self.element_type.ok_or_else(|| self.wrong_type("a type that kernels know"))
    }

    /// Requires this element type.
    pub fn require_type(&self, needed: ElementType) -> Result<(), Refusal> {
        if self.element_type == Some(needed) { Ok(()) } else { Err(self.wrong_type(needed.name())) }
    }

    /// The refusal of the element type it has; `supported` names those that would do.
    pub fn wrong_type(&self, supported: &str) -> Refusal {
        let found = self.model_type.variant_name().map_or("an unknown type".to_string(), str::to_lowercase);
        Refusal::unsupported(
            format!("{} \"{}\" is {found}, supported here: {supported}", self.role, self.name),
            "Convert the model with full-integer (int8) quantisation, which every supported op takes.",
        )
    }

    /// Requires this many dimensions.
    pub fn require_rank(&self, needed: usize) -> Result<(), Refusal> {
        if self.rank() == needed {
            return Ok(());
        }
        Err(self.refusal(
            format_args!("has shape {:?}, {needed} dimensions needed", self.shape),
            "The model is damaged or was made for another runtime; convert it again.",
        ))
    }

    /// Requires exactly this shape.
    pub fn require_shape(&self, needed: &[u32]) -> Result<(), Refusal> {
        if self.shape == needed {
            return Ok(());
        }
        Err(self.refusal(
            format_args!("has shape {:?}, {needed:?} needed", self.shape),
            "The shapes in the model contradict each other; convert it again.",
        ))
    }

    /// Requires this many elements, in whatever shape.
    pub fn require_elements(&self, needed: u32) -> Result<(), Refusal> {
        if self.elements == needed {
            return Ok(());
        }
        Err(self.refusal(
            format_args!("has shape {:?} with {} elements, {needed} needed", self.shape, self.elements),
            "The shapes in the model contradict each other; convert it again.",
        ))
    }

    /// Requires a tensor that keeps its value from invocation to invocation.
    pub fn require_variable(&self) -> Result<(), Refusal> {
        if self.is_variable && self.data.is_none() {
            return Ok(());
        }
        Err(self.refusal(
            "is not variable, but the op keeps its state in it",
            "The model is damaged or was made by a converter for another runtime; convert it again.",
        ))
    }

    /// The one scale of the tensor: above 0, and such that single precision has a number for every value.
    pub fn scale(&self) -> Result<f64, Refusal> {
        let (minimum, maximum) = self.element_type.map_or((0, 0), integer_range);
        let widest = maximum as f64 - minimum as f64;
        match self.scales.first() {
            Some(&scale) if scale.is_finite() && scale as f64 * widest > f32::MAX as f64 => Err(self.refusal(
                format_args!(
                    "has the scale {scale:e}, at most {:e} leaves its values finite",
                    f32::MAX as f64 / widest
                ),
                "The quantisation of this tensor is broken; quantise the model again.",
            )),
            Some(&scale) if scale.is_finite() && scale > 0.0 => Ok(scale as f64),
            Some(&scale) => Err(self.refusal(
                format_args!("has the scale {scale}, a finite one above 0 is needed"),
                "The quantisation of this tensor is broken; quantise the model again.",
            )),
            None => Err(self.refusal(
                "has no scale",
                "Quantise the model with a representative dataset, so that every activation gets a scale.",
            )),
        }
    }

    /// The one zero point of the tensor, inside the range of its type; 0 when the model gives none.
    pub fn zero_point(&self) -> Result<i32, Refusal> {
        let zero_point = self.zero_points.first().copied().unwrap_or(0);
        let (minimum, maximum) = integer_range(self.known_type()?);
        if zero_point < minimum || zero_point > maximum {
            return Err(self.refusal(
                format_args!("has the zero point {zero_point}, {minimum} to {maximum} needed"),
                "The quantisation of this tensor is broken; quantise the model again.",
            ));
        }
        Ok(zero_point as i32)
    }

    /// The bytes of its values, when they are known before power-on.
    pub fn constant_bytes(&self) -> Option<&'g [u8]> {
        self.info.data.as_deref()
    }

    /// The values, when they are known before power-on, as elements of type `T`.
    ///
    /// Fails when they are not, or have another type; `why` says what they are needed for.
    pub fn constant<T: Pod>(&self, needed: ElementType, why: &str) -> Result<Vec<T>, Refusal> {
        self.require_type(needed)?;
        match &self.data {
            Some(data) => Ok(bytemuck::pod_collect_to_vec(data)),
            None => Err(Refusal::unsupported(
                format!("{} \"{}\" is not constant, but {why}", self.role, self.name),
                "Make it a constant of the model, which TensorFlow Lite Micro needs, too.",
            )),
        }
    }
}

/// The least and the greatest value of a quantised type that fit `i32`.
pub fn integer_range(element_type: ElementType) -> (i64, i64) {
    match element_type {
        ElementType::Int8 => (i8::MIN as i64, i8::MAX as i64),
        ElementType::Int16 => (i16::MIN as i64, i16::MAX as i64),
        ElementType::Uint8 => (0, u8::MAX as i64),
        ElementType::Uint16 => (0, u16::MAX as i64),
        ElementType::Int4 => (-8, 7),
        _ => (i32::MIN as i64, i32::MAX as i64),
    }
}
