//! Inputs, outputs, and whether the model can run.

use serde::Serialize;

use super::Inspected;
use crate::model::{Subgraph, Tensor};

/// Whether a model can run here and on the chip.
#[derive(Clone, Debug, Serialize)]
pub struct VerdictReport {
    /// Whether it can.
    pub runs: bool,
    /// Whether it is sound but asks for what tinyml does not do.
    pub is_unsupported: bool,
    /// What stands in its way first, and where.
    pub reason: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
}

impl VerdictReport {
    pub(super) fn new(inspected: &Inspected<'_>) -> VerdictReport {
        let error = inspected.compiled.err();
        VerdictReport {
            runs: error.is_none(),
            is_unsupported: error.is_some_and(|error| error.is_unsupported()),
            reason: error.map(|error| error.to_string()),
            help: error.map(|error| error.help().to_string()),
        }
    }
}

/// An input or output of the model.
#[derive(Clone, Debug, Serialize)]
pub struct InterfaceReport {
    /// The tensor.
    #[serde(flatten)]
    pub tensor: TensorReport,
    /// The shape with -1 for each extent that is known only at run time, when the file has one.
    pub shape_signature: Option<Vec<i32>>,
}

impl InterfaceReport {
    pub(super) fn new(graph: &Subgraph<'_>, index: usize) -> InterfaceReport {
        let tensor = &graph.tensors[index];
        InterfaceReport { tensor: TensorReport::new(tensor, index), shape_signature: tensor.shape_signature.clone() }
    }
}

/// A tensor.
#[derive(Clone, Debug, Serialize)]
pub struct TensorReport {
    /// Its index in its subgraph.
    pub tensor: usize,
    /// Its name.
    pub name: String,
    /// The type of its elements.
    pub element_type: String,
    /// Its extents, outermost first.
    pub shape: Vec<usize>,
    /// The scale, when it is one for the whole tensor.
    pub scale: Option<f32>,
    /// The zero point, when it is one for the whole tensor.
    pub zero_point: Option<i64>,
}

impl TensorReport {
    pub(super) fn new(tensor: &Tensor<'_>, index: usize) -> TensorReport {
        let quantization = tensor.quantization.as_ref();
        let scale = quantization.and_then(|quantization| single(&quantization.scales));
        TensorReport {
            tensor: index,
            name: tensor.name.clone(),
            element_type: tensor.tensor_type.to_string(),
            shape: tensor.shape.clone(),
            scale,
            zero_point: scale.and(quantization.and_then(|quantization| single(&quantization.zero_points))),
        }
    }
}

fn single<T: Copy>(list: &[T]) -> Option<T> {
    if let [only] = list { Some(*only) } else { None }
}
