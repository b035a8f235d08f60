//! The model as rules look at it: operators with their tensors at hand, who writes what, and the weights worked out.

use std::ops::Deref;

use super::facts::Facts;
use super::finding::{Named, Place};
use super::support::weights::Weights;
use super::support::words::real;
use crate::model::schema::{self, ActivationFunctionType, BuiltinOptions};
use crate::model::{BuiltinOperator, Model, Operator, OperatorCode, Tensor, TensorType};

/// A model, and what is known of it.
pub struct Context<'m> {
    /// The model.
    pub model: &'m Model<'m>,
    /// What the caller knows.
    pub facts: &'m Facts,
    /// For each subgraph and tensor, the operator that writes it last.
    writers: Vec<Vec<Option<usize>>>,
    weights: Vec<Weights<'m>>,
}

/// An operator.
#[derive(Clone, Copy)]
pub struct Op<'m> {
    /// Index of its subgraph.
    pub subgraph: usize,
    /// Index in the subgraph.
    pub index: usize,
    /// What it is.
    pub code: &'m OperatorCode,
    operator: &'m Operator<'m>,
    tensors: &'m [Tensor<'m>],
}

/// A tensor.
#[derive(Clone, Copy)]
pub struct Value<'m> {
    /// Index of its subgraph.
    pub subgraph: usize,
    /// Index in the subgraph.
    pub index: usize,
    tensor: &'m Tensor<'m>,
}

impl<'m> Context<'m> {
    /// Looks through a model, at each weight once.
    pub fn new(model: &'m Model<'m>, facts: &'m Facts) -> Context<'m> {
        let mut writers: Vec<Vec<Option<usize>>> =
            model.subgraphs.iter().map(|graph| vec![None; graph.tensors.len()]).collect();
        for (writers, graph) in writers.iter_mut().zip(&model.subgraphs) {
            for (index, operator) in graph.operators.iter().enumerate() {
                operator.outputs.iter().for_each(|&output| writers[output] = Some(index));
            }
        }
        let mut context = Context { model, facts, writers, weights: Vec::new() };
        context.weights = context.ops().filter_map(Weights::of).collect();
        context
    }

    /// The operators of all subgraphs.
    pub fn ops(&self) -> impl Iterator<Item = Op<'m>> + use<'m> {
        let model = self.model;
        (0..model.subgraphs.len())
            .flat_map(move |subgraph| {
                (0..model.subgraphs[subgraph].operators.len()).map(move |index| (subgraph, index))
            })
            .map(move |(subgraph, index)| op(model, subgraph, index))
    }

    /// Operator `index` of a subgraph.
    pub fn op(&self, subgraph: usize, index: usize) -> Option<Op<'m>> {
        let graph = self.model.subgraphs.get(subgraph)?;
        (index < graph.operators.len()).then(|| op(self.model, subgraph, index))
    }

    /// The tensors of all subgraphs.
    pub fn values(&self) -> impl Iterator<Item = Value<'m>> + use<'m> {
        let graphs = self.model.subgraphs.iter().enumerate();
        graphs.flat_map(|(subgraph, graph)| {
            graph.tensors.iter().enumerate().map(move |(index, tensor)| Value { subgraph, index, tensor })
        })
    }

    /// Tensor `index` of a subgraph.
    pub fn value(&self, subgraph: usize, index: usize) -> Option<Value<'m>> {
        let tensor = self.model.subgraphs.get(subgraph)?.tensors.get(index)?;
        Some(Value { subgraph, index, tensor })
    }

    /// The inputs of the model.
    pub fn model_inputs(&self) -> impl Iterator<Item = Value<'m>> + use<'m> {
        let graph = &self.model.subgraphs[0];
        graph.inputs.iter().map(|&index| Value { subgraph: 0, index, tensor: &graph.tensors[index] })
    }

    /// The outputs of the model.
    pub fn model_outputs(&self) -> impl Iterator<Item = Value<'m>> + use<'m> {
        let graph = &self.model.subgraphs[0];
        graph.outputs.iter().map(|&index| Value { subgraph: 0, index, tensor: &graph.tensors[index] })
    }

    /// Whether a tensor is a constant, also one whose data is damaged.
    pub fn is_constant(&self, value: &Value<'_>) -> bool {
        value.data.is_some() || value.buffer != 0 && !self.facts.damages.is_empty()
    }

    /// The operator that writes a tensor.
    pub fn writer(&self, value: &Value<'_>) -> Option<Op<'m>> {
        let index = self.writers[value.subgraph][value.index]?;
        Some(op(self.model, value.subgraph, index))
    }

    /// The operators that multiply by constant weights.
    pub fn weights(&self) -> &[Weights<'m>] {
        &self.weights
    }
}

fn op<'m>(model: &'m Model<'m>, subgraph: usize, index: usize) -> Op<'m> {
    let graph = &model.subgraphs[subgraph];
    let operator = &graph.operators[index];
    Op { subgraph, index, code: model.code_of(operator), operator, tensors: &graph.tensors }
}

impl<'m> Op<'m> {
    /// The number of the operator.
    pub fn kind(&self) -> BuiltinOperator {
        self.code.builtin
    }

    /// The operator as it lies in the file, for its options.
    pub fn table(&self) -> schema::Operator<'m> {
        self.operator.table
    }

    fn value(&self, index: usize) -> Value<'m> {
        Value { subgraph: self.subgraph, index, tensor: &self.tensors[index] }
    }

    /// Input `index`, when it is there.
    pub fn input(&self, index: usize) -> Option<Value<'m>> {
        self.operator.inputs.get(index).copied().flatten().map(|index| self.value(index))
    }

    /// Output `index`, when it is there.
    pub fn output(&self, index: usize) -> Option<Value<'m>> {
        self.operator.outputs.get(index).map(|&index| self.value(index))
    }

    /// The inputs that are there.
    pub fn inputs(&self) -> impl Iterator<Item = Value<'m>> + use<'m> {
        let op = *self;
        self.operator.inputs.iter().flatten().map(move |&index| op.value(index))
    }

    /// The outputs.
    pub fn outputs(&self) -> impl Iterator<Item = Value<'m>> + use<'m> {
        let op = *self;
        self.operator.outputs.iter().map(move |&index| op.value(index))
    }

    /// Its index and name.
    pub fn named(&self) -> Named {
        Named { index: self.index, name: self.code.name() }
    }

    /// The place of the operator.
    pub fn place(&self) -> Place {
        Place { subgraph: self.subgraph, op: Some(self.named()), tensor: None }
    }

    /// The place of one of its tensors.
    pub fn place_of(&self, value: &Value<'_>) -> Place {
        Place { tensor: Some(value.named()), ..self.place() }
    }

    /// The activation that is fused with it.
    pub fn activation(&self) -> ActivationFunctionType {
        let table = &self.operator.table;
        let activation = match table.builtin_options_type() {
            BuiltinOptions::Conv2DOptions => {
                table.builtin_options_as_conv_2_doptions().map(|options| options.fused_activation_function())
            }
            BuiltinOptions::DepthwiseConv2DOptions => {
                table.builtin_options_as_depthwise_conv_2_doptions().map(|options| options.fused_activation_function())
            }
            BuiltinOptions::FullyConnectedOptions => {
                table.builtin_options_as_fully_connected_options().map(|options| options.fused_activation_function())
            }
            BuiltinOptions::Pool2DOptions => {
                table.builtin_options_as_pool_2_doptions().map(|options| options.fused_activation_function())
            }
            BuiltinOptions::AddOptions => {
                table.builtin_options_as_add_options().map(|options| options.fused_activation_function())
            }
            BuiltinOptions::SubOptions => {
                table.builtin_options_as_sub_options().map(|options| options.fused_activation_function())
            }
            BuiltinOptions::MulOptions => {
                table.builtin_options_as_mul_options().map(|options| options.fused_activation_function())
            }
            BuiltinOptions::DivOptions => {
                table.builtin_options_as_div_options().map(|options| options.fused_activation_function())
            }
            BuiltinOptions::ConcatenationOptions => {
                table.builtin_options_as_concatenation_options().map(|options| options.fused_activation_function())
            }
            BuiltinOptions::TransposeConvOptions => {
                table.builtin_options_as_transpose_conv_options().map(|options| options.fused_activation_function())
            }
            _ => None,
        };
        activation.unwrap_or_default()
    }
}

impl<'m> Deref for Value<'m> {
    type Target = Tensor<'m>;

    fn deref(&self) -> &Tensor<'m> {
        self.tensor
    }
}

impl<'m> Value<'m> {
    /// Its index and name.
    pub fn named(&self) -> Named {
        Named { index: self.index, name: self.tensor.name.clone() }
    }

    /// The place of the tensor.
    pub fn place(&self) -> Place {
        Place { subgraph: self.subgraph, op: None, tensor: Some(self.named()) }
    }

    /// All scales, none when it is not quantised.
    pub fn scales(&self) -> &'m [f32] {
        self.tensor.quantization.as_ref().map_or(&[], |quantization| &quantization.scales)
    }

    /// All zero points.
    pub fn zero_points(&self) -> &'m [i64] {
        self.tensor.quantization.as_ref().map_or(&[], |quantization| &quantization.zero_points)
    }

    /// Whether its integers stand for real numbers.
    pub fn is_quantised(&self) -> bool {
        integer_range(self.tensor_type).is_some() && !self.scales().is_empty()
    }

    /// The first scale, when it is a finite one above 0.
    pub fn scale(&self) -> Option<f64> {
        self.scales().first().map(|&scale| scale as f64).filter(|scale| scale.is_finite() && *scale > 0.0)
    }

    /// The first zero point, 0 when there is none.
    pub fn zero_point(&self) -> i64 {
        self.zero_points().first().copied().unwrap_or(0)
    }

    /// The least and the greatest code of its type.
    pub fn range(&self) -> Option<(i64, i64)> {
        integer_range(self.tensor_type)
    }

    /// `scale 0.5 and zero point -3`.
    pub fn quantisation(&self) -> String {
        match self.scales() {
            [] => "no scale".to_string(),
            scales => format!("scale {} and zero point {}", real(scales[0].into()), self.zero_point()),
        }
    }
}

/// The least and the greatest code of an integer type that is quantised.
pub fn integer_range(tensor_type: TensorType) -> Option<(i64, i64)> {
    Some(match tensor_type {
        TensorType::INT4 => (-8, 7),
        TensorType::INT8 => (i8::MIN.into(), i8::MAX.into()),
        TensorType::UINT8 => (0, u8::MAX.into()),
        TensorType::INT16 => (i16::MIN.into(), i16::MAX.into()),
        TensorType::UINT16 => (0, u16::MAX.into()),
        TensorType::INT32 => (i32::MIN.into(), i32::MAX.into()),
        TensorType::INT64 => (i64::MIN, i64::MAX),
        _ => return None,
    })
}
