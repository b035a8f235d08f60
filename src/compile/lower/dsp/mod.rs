//! Lowering to the twins in [`micro_runtime::kernels::dsp`]: which operators have one, and how weights are packed.
//!
//! Each function gives `None` where the plain kernel has to do the work.

pub mod add;
pub mod conv_2d;
pub mod depthwise_conv_2d;
pub mod fully_connected;
mod pack;

use std::borrow::Cow;

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::support::dot::int4;
use micro_runtime::kernels::support::requantise::OutputStage;

use super::{Node, TensorRef};
use crate::compile::error::Refusal;

/// The types for which operators have a twin.
pub const TWINS: &[(&str, &str)] = &[
    ("ADD", "int8"),
    ("AVERAGE_POOL_2D", "int8"),
    ("CONV_2D", "int8, int8 with int4 weights"),
    ("DEPTHWISE_CONV_2D", "int8"),
    ("FULLY_CONNECTED", "int8"),
    ("MAX_POOL_2D", "int8"),
];

/// A layer with weights and `int8` activations, as its plain lowering found it.
pub struct Layer<'a> {
    /// The operator.
    pub node: &'a Node<'a>,
    /// What the weights are multiplied with.
    pub input: &'a TensorRef<'a>,
    /// `int8` or `int4` weights.
    pub weights: &'a TensorRef<'a>,
    /// `int32` bias.
    pub bias: Option<&'a TensorRef<'a>>,
    /// The result.
    pub output: &'a TensorRef<'a>,
    /// One multiplier for each output channel, or one for all.
    pub multipliers: &'a [Multiplier],
    /// Zero point and range of the output.
    pub stage: OutputStage,
}

/// The numbers of a layer that are known before power-on.
struct Constants<'a> {
    weights: Cow<'a, [i8]>,
    bias: Option<Vec<i32>>,
    zero_point: i32,
}

impl<'a> Layer<'a> {
    /// Its numbers, when it is compiled for the twins and they are constant.
    fn constants(&self) -> Result<Option<Constants<'a>>, Refusal> {
        if self.node.kernel_set != micro_runtime::program::KernelSet::Armv7em {
            return Ok(None);
        }
        let bias = match self.bias {
            None => None,
            Some(bias) => match bias.constant_bytes() {
                None => return Ok(None),
                Some(bytes) => Some(bytemuck::pod_collect_to_vec(bytes)),
            },
        };
        let zero_point = self.input.zero_point()?;
        let is_int4 = self.weights.known_type()? == ElementType::Int4;
        Ok(self.weights.constant_bytes().map(|bytes| {
            let weights = if is_int4 {
                let weights = (0..self.weights.elements as usize).map(|index| int4(bytes.into(), index));
                weights.collect()
            } else {
                Cow::Borrowed(bytemuck::cast_slice(bytes))
            };
            Constants { weights, bias, zero_point }
        }))
    }
}
