//! Multiply-accumulates, the one place where they are counted.
//!
//! Counted is what the arithmetic of an operator asks for, one for each product that is added up, whether or not a
//! kernel finds a shorter way: taps of a window that lie in the padding count like all others, as in the published
//! counts of known models. Biases, requantisation, activations and element-wise operators count nothing.

use crate::model::{BuiltinOperator, Model, Operator, Subgraph, Tensor};

/// The operators for which products are counted, and how, for people.
pub const RULES: &[(&str, &str)] = &[
    ("CONV_2D, CONV_3D", "output elements x weights of one filter"),
    ("DEPTHWISE_CONV_2D", "output elements x height x width of the window"),
    ("TRANSPOSE_CONV", "input elements x height x width of the window x output channels"),
    ("FULLY_CONNECTED", "output elements x weights of one output"),
    ("BATCH_MATMUL", "output elements x extent that is summed over"),
    ("SVDF", "filters x inputs + filters x time steps"),
    ("LSTM", "time steps x batches x weights of all gates and of the projection"),
];

/// The multiply-accumulates of one run of an operator; 0 for operators that add up no products, and where shapes
/// contradict the operator.
pub fn of_operator(model: &Model<'_>, subgraph: &Subgraph<'_>, operator: &Operator<'_>) -> u64 {
    let node = Node { subgraph, operator };
    let count = match model.code_of(operator).builtin {
        BuiltinOperator::CONV_2D | BuiltinOperator::CONV_3D => node.convolution(),
        BuiltinOperator::DEPTHWISE_CONV_2D => node.depthwise(),
        BuiltinOperator::TRANSPOSE_CONV => node.transpose_convolution(),
        BuiltinOperator::FULLY_CONNECTED => node.fully_connected(),
        BuiltinOperator::BATCH_MATMUL => node.batch_matmul(),
        BuiltinOperator::SVDF => node.svdf(),
        BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM | BuiltinOperator::LSTM => node.lstm(),
        _ => None,
    };
    count.unwrap_or(0)
}

struct Node<'m> {
    subgraph: &'m Subgraph<'m>,
    operator: &'m Operator<'m>,
}

impl<'m> Node<'m> {
    fn input(&self, index: usize) -> Option<&'m Tensor<'m>> {
        let tensor = (*self.operator.inputs.get(index)?)?;
        self.subgraph.tensors.get(tensor)
    }

    fn output(&self) -> Option<&'m Tensor<'m>> {
        self.subgraph.tensors.get(*self.operator.outputs.first()?)
    }

    /// Filters are `[filters, .., inputs]` in two dimensions and `[depth, height, width, inputs, filters]` in three; an
    /// output element is a filter's weights, each times an input.
    fn convolution(&self) -> Option<u64> {
        let weights = self.input(1)?;
        let filters = if weights.shape.len() == 5 { *weights.shape.last()? } else { *weights.shape.first()? };
        product(&[elements(self.output()?), elements(weights).checked_div(filters as u64)?])
    }

    /// Filters are `[1, height, width, channels]`.
    fn depthwise(&self) -> Option<u64> {
        let [_, height, width, _] = extents(self.input(1)?)?;
        product(&[elements(self.output()?), height, width])
    }

    /// Input 0 is the shape of the output, input 2 the data; filters are `[outputs, height, width, inputs]`. Each input
    /// element is spread over a window of each output channel.
    fn transpose_convolution(&self) -> Option<u64> {
        let [outputs, height, width, _] = extents(self.input(1)?)?;
        product(&[elements(self.input(2)?), outputs, height, width])
    }

    /// Weights are `[outputs, inputs]`.
    fn fully_connected(&self) -> Option<u64> {
        let [_, inputs] = extents(self.input(1)?)?;
        product(&[elements(self.output()?), inputs])
    }

    /// The left factor is `[.., rows, summed]`, or `[.., summed, rows]` when it is adjoint.
    fn batch_matmul(&self) -> Option<u64> {
        let left = self.input(0)?;
        let is_adjoint = self.operator.table.builtin_options_as_batch_mat_mul_options()?.adj_x();
        let summed = *left.shape.get(left.shape.len().checked_sub(if is_adjoint { 2 } else { 1 })?)?;
        product(&[elements(self.output()?), summed as u64])
    }

    /// Feature weights are `[filters, inputs]`, time weights `[filters, steps]`; the batch is the input's first extent.
    fn svdf(&self) -> Option<u64> {
        let batch = *self.input(0)?.shape.first()? as u64;
        let weights = elements(self.input(1)?).checked_add(elements(self.input(2)?))?;
        product(&[batch, weights])
    }

    /// Inputs 1 to 4 weigh the input for each gate, 5 to 8 the state, 16 is the projection. Absent ones count nothing.
    /// Every weight is used once for each time step and batch: as often as the input has rows.
    fn lstm(&self) -> Option<u64> {
        let input = self.input(0)?;
        let rows = elements(input).checked_div(*input.shape.last()? as u64)?;
        let weights = (1..=8).chain([16]).filter_map(|index| self.input(index)).map(elements);
        product(&[rows, weights.fold(0, u64::saturating_add)])
    }
}

fn elements(tensor: &Tensor<'_>) -> u64 {
    tensor.elements() as u64
}

fn extents<const RANK: usize>(tensor: &Tensor<'_>) -> Option<[u64; RANK]> {
    let shape: &[usize; RANK] = tensor.shape.as_slice().try_into().ok()?;
    Some(shape.map(|extent| extent as u64))
}

fn product(factors: &[u64]) -> Option<u64> {
    factors.iter().try_fold(1, |product: u64, &factor| product.checked_mul(factor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::{Code, Sample, SampleOperator, SampleTensor};
    use crate::model::schema::{BatchMatMulOptions, BatchMatMulOptionsArgs, BuiltinOptions};

    /// The count for an operator of these input shapes and this output shape.
    fn counted(number: i8, inputs: &[&[i32]], output: &[i32]) -> u64 {
        let tensor = |shape: &&[i32]| SampleTensor { shape: shape.to_vec(), ..SampleTensor::default() };
        let sample = Sample {
            codes: vec![Code { old_number: number, number: number.into(), custom: None }],
            tensors: inputs.iter().chain([&output]).map(tensor).collect(),
            inputs: vec![],
            outputs: vec![],
            operators: vec![SampleOperator {
                inputs: (0..inputs.len() as i32)
                    .map(|input| if inputs[input as usize].is_empty() { -1 } else { input })
                    .collect(),
                outputs: vec![inputs.len() as i32],
                options: (number == BATCH_MATMUL).then_some(|builder| {
                    let options = BatchMatMulOptions::create(
                        builder,
                        &BatchMatMulOptionsArgs { adj_x: true, ..Default::default() },
                    );
                    (BuiltinOptions::BatchMatMulOptions, options.as_union_value())
                }),
                ..SampleOperator::default()
            }],
            ..Sample::default()
        };
        let bytes = sample.bytes();
        let model = Model::read(&bytes).unwrap();
        of_operator(&model, &model.subgraphs[0], &model.subgraphs[0].operators[0])
    }

    const BATCH_MATMUL: i8 = 126;

    #[test]
    fn window_operators_count_every_tap_of_every_output() {
        // 5 x 4 x 8 outputs, each of a window of 3 x 2 over 6 channels.
        assert_eq!(counted(3, &[&[1, 10, 8, 6], &[8, 3, 2, 6], &[8]], &[1, 5, 4, 8]), 5 * 4 * 8 * 3 * 2 * 6);
        // Two groups: each filter sees 3 of the 6 channels.
        assert_eq!(counted(3, &[&[1, 10, 8, 6], &[8, 3, 2, 3]], &[1, 5, 4, 8]), 5 * 4 * 8 * 3 * 2 * 3);
        // A depth multiplier of 2 shows in the output alone.
        assert_eq!(counted(4, &[&[2, 10, 8, 3], &[1, 3, 3, 6]], &[2, 10, 8, 6]), 2 * 10 * 8 * 6 * 9);
        // Each of 4 x 4 x 3 inputs goes into 2 x 2 places of 5 channels.
        assert_eq!(counted(67, &[&[4], &[5, 2, 2, 3], &[1, 4, 4, 3]], &[1, 8, 8, 5]), 4 * 4 * 3 * 2 * 2 * 5);
    }

    #[test]
    fn products_of_matrices_count_rows_times_columns_times_depth() {
        assert_eq!(counted(9, &[&[3, 10], &[7, 10], &[7]], &[3, 7]), 3 * 7 * 10);
        // The left one is adjoint: 2 x 4 x 6 stands for 6 rows of 4.
        assert_eq!(counted(BATCH_MATMUL, &[&[2, 4, 6], &[2, 4, 5]], &[2, 6, 5]), 2 * 6 * 5 * 4);
    }

    #[test]
    fn recurrent_operators_count_their_weights_once_a_step() {
        // 2 batches; 8 filters over 10 inputs, and over 5 steps of memory.
        assert_eq!(counted(27, &[&[2, 10], &[8, 10], &[8, 5]], &[2, 4]), 2 * (8 * 10 + 8 * 5));
        // 7 steps of 2 batches; four gates of 3 cells over 4 inputs and 3 states.
        let (input, state): (&[i32], &[i32]) = (&[3, 4], &[3, 3]);
        let inputs = [&[7, 2, 4][..], input, input, input, input, state, state, state, state];
        assert_eq!(counted(44, &inputs, &[7, 2, 3]), 7 * 2 * 4 * (3 * 4 + 3 * 3));
        // Without an input gate of its own, three gates are left.
        let coupled = [&[7, 2, 4][..], &[], input, input, input, &[], state, state, state];
        assert_eq!(counted(44, &coupled, &[7, 2, 3]), 7 * 2 * 3 * (3 * 4 + 3 * 3));
    }

    #[test]
    fn operators_without_products_and_shapes_without_sense_count_nothing() {
        assert_eq!(counted(0, &[&[4], &[4]], &[4]), 0);
        assert_eq!(counted(4, &[&[4], &[4]], &[4]), 0);
        assert_eq!(counted(3, &[&[1, 2, 2, 1], &[0, 3, 2, 6]], &[1, 2, 2, 1]), 0);
        assert_eq!(counted(9, &[&[1, 2]], &[1, 2]), 0);
    }
}
