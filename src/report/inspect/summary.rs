//! Inputs, outputs, and whether the model can run.

use serde::Serialize;

use super::{Inspected, TensorReport};
use crate::model::Subgraph;

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
