//! Operators that multiply by constant weights, with what rules want to know of each output channel.

use crate::check::context::{Op, Value};
use crate::model::{BuiltinOperator as Kind, TensorType};

/// An operator with constant weights.
pub struct Weights<'m> {
    /// The operator.
    pub op: Op<'m>,
    /// What is multiplied.
    pub input: Value<'m>,
    /// What it is multiplied by.
    pub weights: Value<'m>,
    /// What is added.
    pub bias: Option<Value<'m>>,
    /// Where it goes.
    pub output: Value<'m>,
    /// The dimension of the weights that is counted along the output channels.
    pub axis: usize,
    /// The number of output channels.
    pub channels: usize,
    /// For each output channel, its weights in sum; empty when they are no integers, or not known.
    pub sums: Vec<Sums>,
    /// The biases; empty when there are none, or not known.
    pub biases: Vec<i64>,
}

/// The weights of an output channel, less their zero point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// The sum of those above 0.
    pub positive: i64,
    /// The sum of those below 0.
    pub negative: i64,
    /// The greatest distance from 0.
    pub largest: i64,
    /// How many have the least code of the type, which symmetric quantisation leaves out.
    pub extremes: u64,
}

impl Sums {
    /// Whether all weights are zero.
    pub fn is_dead(&self) -> bool {
        self.largest == 0
    }
}

impl<'m> Weights<'m> {
    /// The operator seen in this way, when it has weights.
    pub fn of(op: Op<'m>) -> Option<Weights<'m>> {
        let (input, weights, bias) = match op.kind() {
            Kind::CONV_2D | Kind::DEPTHWISE_CONV_2D | Kind::FULLY_CONNECTED => (0, 1, 2),
            Kind::TRANSPOSE_CONV => (2, 1, 3),
            _ => return None,
        };
        let (input, weights, bias) = (op.input(input)?, op.input(weights)?, op.input(bias));
        let output = op.output(0)?;
        let axis = if op.kind() == Kind::DEPTHWISE_CONV_2D { 3 } else { 0 };
        // Dense weights may have more dimensions than two; what counts is how many rows there are.
        let channels = match (op.kind(), weights.shape.last()) {
            (Kind::FULLY_CONNECTED, Some(&columns)) if columns > 0 => weights.elements() / columns,
            _ => *weights.shape.get(axis)?,
        };
        let mut sums = Vec::new();
        if channels > 0
            && let Some(codes) = codes(&weights)
            && codes.len().is_multiple_of(channels)
        {
            sums = sums_of(&weights, &codes, channels, op.kind() == Kind::DEPTHWISE_CONV_2D);
        }
        let biases = bias.as_ref().map(integers).unwrap_or_default();
        Some(Weights { op, input, weights, bias, output, axis, channels, sums, biases })
    }

    /// The channels that may have scales of their own: one when all share a scale, and no more than there are scales for.
    pub fn scaled_channels(&self) -> usize {
        match self.weights.scales().len() {
            1 => 1,
            scales => scales.min(self.channels),
        }
    }

    /// The scale of the weights of a channel; `None` when there is none for it.
    pub fn weight_scale(&self, channel: usize) -> Option<f64> {
        let scales = self.weights.scales();
        let scale = if scales.len() == 1 { scales.first() } else { scales.get(channel) };
        scale.map(|&scale| scale as f64).filter(|scale| scale.is_finite() && *scale > 0.0)
    }

    /// What products of a channel are multiplied by to become codes of the output.
    pub fn factor(&self, channel: usize) -> Option<f64> {
        Some(self.input.scale()? * self.weight_scale(channel)? / self.output.scale()?)
    }

    /// The least and the greatest sum of products and bias that any input can give.
    pub fn accumulator(&self, channel: usize) -> Option<(i128, i128)> {
        let (least, greatest) = self.input.range()?;
        let (below, above) = ((least - self.input.zero_point()) as i128, (greatest - self.input.zero_point()) as i128);
        let sums = self.sums.get(channel)?;
        let (positive, negative) = (sums.positive as i128, sums.negative as i128);
        let bias = self.biases.get(channel).copied().unwrap_or(0) as i128;
        Some((positive * below + negative * above + bias, positive * above + negative * below + bias))
    }
}

/// The codes of constant integers of at most 8 bits.
fn codes(value: &Value<'_>) -> Option<Vec<i8>> {
    let data = value.data?;
    Some(match value.tensor_type {
        TensorType::INT8 => data.iter().map(|&byte| byte as i8).collect(),
        TensorType::INT4 => {
            let nibbles = data.iter().flat_map(|&byte| [(byte as i8) << 4 >> 4, byte as i8 >> 4]);
            nibbles.take(value.elements()).collect()
        }
        _ => return None,
    })
}

fn sums_of(weights: &Value<'_>, codes: &[i8], channels: usize, are_last: bool) -> Vec<Sums> {
    let least = if weights.tensor_type == TensorType::INT4 { -8 } else { i8::MIN };
    let zero_points = weights.zero_points();
    let zero_point =
        |channel: usize| zero_points.get(if zero_points.len() == 1 { 0 } else { channel }).copied().unwrap_or(0);
    let offsets: Vec<i64> = (0..channels).map(|channel| zero_point(channel).clamp(-1 << 31, 1 << 31)).collect();
    let mut sums = vec![Sums::default(); channels];
    let mut count = |channel: usize, code: i8| {
        let (sums, weight) = (&mut sums[channel], code as i64 - offsets[channel]);
        sums.positive += weight.max(0);
        sums.negative += weight.min(0);
        sums.largest = sums.largest.max(weight.abs());
        sums.extremes += (code == least) as u64;
    };
    if are_last {
        codes.chunks_exact(channels).for_each(|taps| {
            taps.iter().enumerate().for_each(|(channel, &code)| count(channel, code));
        });
    } else {
        let rows = codes.chunks_exact((codes.len() / channels).max(1)).enumerate();
        rows.for_each(|(channel, row)| row.iter().for_each(|&code| count(channel, code)));
    }
    sums
}

/// The values of constant integers of 16, 32 or 64 bits; none for other types.
fn integers(value: &Value<'_>) -> Vec<i64> {
    let Some(data) = value.data else { return Vec::new() };
    match value.tensor_type {
        TensorType::INT16 => data.as_chunks().0.iter().map(|&bytes| i16::from_le_bytes(bytes).into()).collect(),
        TensorType::INT32 => data.as_chunks().0.iter().map(|&bytes| i32::from_le_bytes(bytes).into()).collect(),
        TensorType::INT64 => data.as_chunks().0.iter().map(|&bytes| i64::from_le_bytes(bytes)).collect(),
        _ => Vec::new(),
    }
}
