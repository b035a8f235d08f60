//! What rules need to know that is not in the model: gathered by the caller, who may know the compiler and the data.

use crate::model::Damage;

/// What the caller knows.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Every operator that has a kernel; empty when that is not known, and then nothing counts as unsupported.
    pub operators: Vec<OperatorFact>,
    /// Why operators of this model cannot run, as far as the compiler could tell.
    pub refusals: Vec<RefusalFact>,
    /// The kernels that run this model.
    pub kernels: Vec<KernelFact>,
    /// Constant data of the model that is damaged.
    pub damages: Vec<Damage>,
    /// The labels that come with the model.
    pub labels: Vec<String>,
    /// Whether it is meant to take sound through the front end.
    pub takes_sound: bool,
    /// How the codes of tensors were used on data; empty when nothing was run.
    pub usage: Vec<Usage>,
}

/// An operator that has a kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorFact {
    /// Its name.
    pub name: String,
    /// The types that it takes, in words.
    pub types: String,
}

/// Why an operator, or the model as a whole, cannot run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalFact {
    /// Subgraph and index of the operator; `None` when it is about the model.
    pub operator: Option<(usize, usize)>,
    /// Found and needed.
    pub problem: String,
    /// The next step.
    pub help: String,
}

/// The kernel that runs an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelFact {
    /// Subgraph and index of the operator.
    pub operator: (usize, usize),
    /// Its name.
    pub name: String,
    /// Whether it multiplies much, and also where kernels for Cortex-M4 are asked for it is a plain one that runs.
    pub misses_twin: bool,
}

/// How often the codes of a quantised tensor of the first subgraph occurred in all invocations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Index of the tensor.
    pub tensor: usize,
    /// How often each code occurred, from the least code of the type on.
    pub counts: Vec<u64>,
}
