//! What the kernel of an operator asks the allocator for.

mod convolutions;
mod dense;
mod resources;
mod signal;
mod small;

use super::{Kernels, Node, Unknown, find};
use crate::model::Model;

/// What an operator makes TFLM allocate, in bytes and in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Requests {
    /// Its options, unpacked: bytes and alignment.
    pub parameters: Option<(u64, u64)>,
    /// What stays, asked for when the kernel is made.
    pub init: Vec<u64>,
    /// What stays, asked for when the kernel is prepared.
    pub prepare: Vec<u64>,
    /// Scratch buffers.
    pub scratch: Vec<u64>,
}

/// What a whole model makes TFLM allocate.
pub(super) struct ModelRequests {
    /// By subgraph and operator.
    pub operators: Vec<Vec<Requests>>,
    /// The VAR_HANDLEs, for each of which the table of variables is taken to have a place.
    pub variables: u64,
    resources: resources::Resources,
}

impl ModelRequests {
    /// Whether a tensor points at its variable from the prepare phase on, and so needs no bytes.
    pub fn is_variable_handle(&self, subgraph: usize, tensor: usize) -> bool {
        self.resources.is_handle(subgraph, tensor)
    }
}

/// The requests of every operator.
pub(super) fn all(model: &Model<'_>, kernels: Kernels) -> Result<ModelRequests, Unknown> {
    let mut resources = resources::Resources::new(model);
    let mut operators = Vec::with_capacity(model.subgraphs.len());
    for (subgraph, graph) in model.subgraphs.iter().enumerate() {
        let node = |index| Node { model, subgraph, index, kernels };
        let requests = (0..graph.operators.len()).map(|index| of_node(&node(index), &mut resources));
        operators.push(requests.collect::<Result<_, _>>()?);
    }
    Ok(ModelRequests { operators, variables: resources.handles(), resources })
}

fn of_node(node: &Node<'_>, resources: &mut resources::Resources) -> Result<Requests, Unknown> {
    let name = node.model.code_of(node.operator()).name();
    let operator = find(&name).ok_or_else(|| Unknown::Operator { place: node.place(), name: name.clone() })?;
    let mut requests = Requests { parameters: operator.parameters, ..Requests::default() };
    let init = if node.is_cmsis_nn() { operator.init.1 } else { operator.init.0 };
    requests.init.extend((init > 0).then_some(init));
    match name.as_str() {
        "ADD_N" => small::add_n(node, &mut requests),
        "ASSIGN_VARIABLE" => resources::assign(node, resources, &mut requests),
        "AVERAGE_POOL_2D" => small::average_pool(node, &mut requests),
        "BATCH_MATMUL" => dense::batch_matmul(node, &mut requests),
        "CONV_2D" => convolutions::convolution(node, &mut requests),
        "CUMSUM" => small::when_int8(node, small::CUMSUM, &mut requests),
        "DEPTHWISE_CONV_2D" => convolutions::depthwise(node, &mut requests),
        "DEPTH_TO_SPACE" | "GATHER" | "GATHER_ND" | "L2_POOL_2D" | "SPACE_TO_DEPTH" => {
            small::writable_shape(node, &mut requests)
        }
        "EMBEDDING_LOOKUP" => small::embedding_lookup(node, &mut requests),
        "ethos-u" => small::accelerator(node, &mut requests),
        "FULLY_CONNECTED" => dense::fully_connected(node, &mut requests),
        "LOG_SOFTMAX" => small::when_int8(node, small::LOG_SOFTMAX, &mut requests),
        "MEAN" | "SUM" => small::sum(node, &mut requests),
        "MIRROR_PAD" => small::mirror_pad(node, &mut requests),
        "REDUCE_ALL" | "REDUCE_MAX" | "REDUCE_MIN" => small::extreme(node, &mut requests),
        "SOFTMAX" => small::softmax(node, &mut requests),
        "SVDF" => dense::svdf(node, &mut requests),
        "TFLM_DECODE" => small::decode(node, &mut requests),
        "TFLite_Detection_PostProcess" => small::detection(node, &mut requests),
        "TRANSPOSE_CONV" => convolutions::transposed(node, &mut requests),
        "UNIDIRECTIONAL_SEQUENCE_LSTM" => dense::lstm(node, &mut requests),
        "SignalDelay" => signal::delay(node, &mut requests),
        "SignalFilterBank" => signal::filter_bank(node, &mut requests),
        "SignalFilterBankSpectralSubtraction" => signal::spectral_subtraction(node, &mut requests),
        "SignalFramer" => signal::framer(node, &mut requests),
        "SignalIrfft" => signal::inverse_transform(node, &mut requests),
        "SignalOverlapAdd" => signal::overlap_add(node, &mut requests),
        "SignalRfft" => signal::transform(node, &mut requests),
        "SignalStacker" => signal::stacker(node, &mut requests),
        _ => Ok(()),
    }?;
    let sizes = || requests.init.iter().chain(&requests.prepare).chain(&requests.scratch);
    match sizes().find(|&&bytes| bytes > u64::from(u32::MAX)) {
        Some(_) => Err(node.damaged("it asks for more than 32 bits can address")),
        None => Ok(requests),
    }
}

/// A product that stays large when it is too large.
fn product<const N: usize>(factors: [u64; N]) -> u64 {
    factors.into_iter().fold(1, u64::saturating_mul)
}

/// The bytes of a copied shape: the number of dimensions, then each.
fn shape_bytes(shape: &[usize]) -> u64 {
    4 + 4 * shape.len() as u64
}
