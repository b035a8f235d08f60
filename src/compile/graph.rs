//! The model as lowering sees it: tensors with the element types that kernels know, and who writes them.

use std::borrow::Cow;

use micro_runtime::arena::ElementType;

use super::error::{CompileError, Refusal};
use super::resources::{Resource, Resources};
use crate::model::{Model, TensorType};

/// A tensor of one of the model's subgraphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TensorId {
    /// Index of the subgraph.
    pub subgraph: usize,
    /// Index of the tensor in it.
    pub index: usize,
}

/// What the compiler knows of a tensor.
#[derive(Clone, Debug)]
pub struct TensorInfo<'m> {
    /// The name in the model; often empty.
    pub name: String,
    /// Extents, outermost first; empty for a scalar.
    pub shape: Vec<u32>,
    /// The number of elements.
    pub elements: u32,
    /// What kernels read it as; `None` for types that no kernel touches (strings, resources, ...).
    pub element_type: Option<ElementType>,
    /// The type in the model.
    pub model_type: TensorType,
    /// Scales, one for the tensor or one a channel; empty when it is not quantised.
    pub scales: Vec<f32>,
    /// Zero points, as many as scales or one.
    pub zero_points: Vec<i64>,
    /// The dimension that the scales belong to.
    pub quantized_dimension: i32,
    /// Its values, when they are known before power-on.
    pub data: Option<Cow<'m, [u8]>>,
    /// Whether it keeps its value from invocation to invocation.
    pub is_variable: bool,
}

impl TensorInfo<'_> {
    /// The bytes it takes, 0 for a type that no kernel touches.
    pub fn bytes(&self) -> u32 {
        self.element_type.and_then(|t| t.bytes_for(self.elements as usize)).unwrap_or(0) as u32
    }

    /// The number of dimensions.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }
}

/// All tensors of a model. Folding adds data to them.
pub struct Graph<'m> {
    /// The model they come from.
    pub model: &'m Model<'m>,
    tensors: Vec<Vec<TensorInfo<'m>>>,
    resources: Resources,
}

impl<'m> Graph<'m> {
    /// Takes the tensors of every subgraph over.
    ///
    /// Fails on a tensor whose size does not fit an arena, and on subgraphs where an op reads what nothing has
    /// written before it.
    pub fn new(model: &'m Model<'m>) -> Result<Graph<'m>, CompileError> {
        let mut tensors = Vec::with_capacity(model.subgraphs.len());
        for (subgraph, source) in model.subgraphs.iter().enumerate() {
            let mut infos = Vec::with_capacity(source.tensors.len());
            for (index, tensor) in source.tensors.iter().enumerate() {
                let info = info_of(tensor).map_err(|refusal| {
                    let name = &tensor.name;
                    CompileError::at(format!("subgraph {subgraph}, tensor {index} \"{name}\""), refusal)
                })?;
                infos.push(info);
            }
            tensors.push(infos);
        }
        let resources = Resources::find(model, &tensors)?;
        let graph = Graph { model, tensors, resources };
        for subgraph in 0..model.subgraphs.len() {
            graph.check_order(subgraph)?;
        }
        Ok(graph)
    }

    /// The tensor with this id.
    pub fn tensor(&self, id: TensorId) -> &TensorInfo<'m> {
        &self.tensors[id.subgraph][id.index]
    }

    /// The resource variable that a tensor stands for.
    pub fn resource(&self, id: TensorId) -> Option<&Resource> {
        self.resources.of(id)
    }

    /// Makes the values of a tensor known.
    pub fn set_data(&mut self, id: TensorId, data: Vec<u8>) {
        self.tensors[id.subgraph][id.index].data = Some(Cow::Owned(data));
    }

    /// Requires every op to read only constants, variables, subgraph inputs and what an earlier op has written,
    /// and every tensor to have one writer.
    fn check_order(&self, subgraph: usize) -> Result<(), CompileError> {
        let source = &self.model.subgraphs[subgraph];
        let mut known: Vec<bool> =
            self.tensors[subgraph].iter().map(|tensor| tensor.data.is_some() || tensor.is_variable).collect();
        source.inputs.iter().for_each(|&input| known[input] = true);
        for (index, operator) in source.operators.iter().enumerate() {
            let place = || super::place(self.model, subgraph, index);
            for &input in operator.inputs.iter().flatten() {
                let tensor = &self.tensors[subgraph][input];
                if !known[input] && tensor.elements > 0 {
                    let name = &tensor.name;
                    return Err(CompileError::at(
                        place(),
                        Refusal::new(
                            format!("it reads tensor {input} \"{name}\", which nothing has written before"),
                            "The operators are not in an order in which they can run; convert the model again.",
                        ),
                    ));
                }
            }
            for &output in &operator.outputs {
                let tensor = &self.tensors[subgraph][output];
                if known[output] && !tensor.is_variable {
                    let name = &tensor.name;
                    return Err(CompileError::at(
                        place(),
                        Refusal::new(
                            format!("it writes tensor {output} \"{name}\", which has a value already"),
                            "A tensor can have one writer only; convert the model again.",
                        ),
                    ));
                }
                known[output] = true;
            }
        }
        for &output in &source.outputs {
            let tensor = &self.tensors[subgraph][output];
            if !known[output] && tensor.elements > 0 {
                let name = &tensor.name;
                return Err(CompileError::at(
                    format!("subgraph {subgraph}"),
                    Refusal::new(
                        format!("its output, tensor {output} \"{name}\", is never written"),
                        "Convert the model again with this output connected.",
                    ),
                ));
            }
        }
        Ok(())
    }
}

fn info_of<'m>(tensor: &crate::model::Tensor<'m>) -> Result<TensorInfo<'m>, Refusal> {
    let too_large = || {
        Refusal::new(
            format!("its shape {:?} has more elements than an arena can hold", tensor.shape),
            "Shapes must be fixed and fit the memory of a microcontroller.",
        )
    };
    let shape: Vec<u32> =
        tensor.shape.iter().map(|&extent| u32::try_from(extent)).collect::<Result<_, _>>().map_err(|_| too_large())?;
    let elements = shape.iter().try_fold(1u32, |product, &extent| product.checked_mul(extent)).ok_or_else(too_large)?;
    // One bit of head room, so that sums of a few tensors' bytes stay inside u32.
    let element_type = element_type(tensor.tensor_type);
    let size = element_type.map_or(1, |element_type| element_type.size() as u64);
    if elements as u64 * size > MAXIMUM_TENSOR_BYTES {
        return Err(too_large());
    }
    let (scales, zero_points, quantized_dimension) = match &tensor.quantization {
        Some(quantization) => (quantization.scales.clone(), quantization.zero_points.clone(), quantization.dimension),
        None => (Vec::new(), Vec::new(), 0),
    };
    Ok(TensorInfo {
        name: tensor.name.clone(),
        shape,
        elements,
        element_type,
        model_type: tensor.tensor_type,
        scales,
        zero_points,
        quantized_dimension,
        data: tensor.data.map(Cow::Borrowed),
        is_variable: tensor.is_variable,
    })
}

/// The largest tensor that is compiled, in bytes.
pub const MAXIMUM_TENSOR_BYTES: u64 = 1 << 30;

/// What kernels read a tensor type as.
pub fn element_type(tensor_type: TensorType) -> Option<ElementType> {
    Some(match tensor_type {
        TensorType::FLOAT32 => ElementType::Float32,
        TensorType::INT8 => ElementType::Int8,
        TensorType::INT16 => ElementType::Int16,
        TensorType::INT32 => ElementType::Int32,
        TensorType::INT64 => ElementType::Int64,
        TensorType::UINT8 => ElementType::Uint8,
        TensorType::UINT16 => ElementType::Uint16,
        TensorType::UINT32 => ElementType::Uint32,
        TensorType::UINT64 => ElementType::Uint64,
        TensorType::BOOL => ElementType::Bool,
        TensorType::INT4 => ElementType::Int4,
        _ => return None,
    })
}
