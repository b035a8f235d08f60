//! CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV: multipliers for each channel, and scratch that depends on the kernels.

use super::{Requests, product};
use crate::estimate::tflm::{Node, Unknown};
use crate::model::TensorType;
use crate::model::schema::Padding;

/// More than any request may be, so that what is worked out with it does not overflow.
const MOST: u64 = 1 << 40;

/// A multiplier and a shift for each channel.
fn channel_tables(channels: u64, requests: &mut Requests) {
    requests.prepare.extend([4 * channels, 4 * channels]);
}

/// What a window reads and how it moves, each as height and width.
struct Window {
    input: [u64; 2],
    filter: [u64; 2],
    stride: [u64; 2],
    dilation: [u64; 2],
    padding: Padding,
}

impl Window {
    /// The padding above and to the left.
    fn padding_before(&self) -> [u64; 2] {
        [0, 1].map(|axis| {
            let (stride, size) = (self.stride[axis].max(1), self.input[axis]);
            let filter = self.filter[axis].saturating_sub(1) * self.dilation[axis] + 1;
            let outputs = match self.padding {
                Padding::SAME => size.div_ceil(stride),
                _ => (size + stride).saturating_sub(filter) / stride,
            };
            (outputs.saturating_sub(1) * stride + filter).saturating_sub(size) / 2
        })
    }
}

fn positive(value: i32) -> u64 {
    value.max(0) as u64
}

pub(super) fn convolution(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let (input, filter) = (node.input(0)?, node.input(1)?);
    let [outputs, filter_height, filter_width, filter_channels] = node.image(filter)?;
    let is_quantised = matches!(input.tensor_type, TensorType::INT8 | TensorType::INT16);
    if !node.is_cmsis_nn() || is_quantised {
        channel_tables(outputs, requests);
    }
    if !node.is_cmsis_nn() {
        requests.scratch.extend((filter.tensor_type == TensorType::INT4).then_some(filter.elements() as u64));
        return Ok(());
    }
    let [_, height, width, channels] = node.image(input)?;
    let options = node.options(node.operator().table.builtin_options_as_conv_2_doptions())?;
    let window = Window {
        input: [height, width],
        filter: [filter_height, filter_width],
        stride: [positive(options.stride_h()), positive(options.stride_w())],
        dilation: [positive(options.dilation_h_factor()), positive(options.dilation_w_factor())],
        padding: options.padding(),
    };
    // Two columns of the input, widened to 16 bits.
    let column = product([filter_height, filter_width, channels]).min(MOST);
    let is_pointwise = window.padding_before() == [0, 0]
        && window.filter == [1, 1]
        && window.dilation == [1, 1]
        && channels == filter_channels;
    let scratch = match input.tensor_type {
        TensorType::INT8 if is_pointwise => 0,
        TensorType::INT8 => 2 * 2 * column.next_multiple_of(4),
        TensorType::INT16 => 2 * 2 * column,
        _ => 0,
    };
    requests.scratch.extend((scratch > 0).then_some(scratch));
    Ok(())
}

pub(super) fn depthwise(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let (input, filter, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    let [_, filter_height, filter_width, filter_channels] = node.image(filter)?;
    let is_quantised = matches!(input.tensor_type, TensorType::INT8 | TensorType::INT16);
    if !node.is_cmsis_nn() || is_quantised {
        channel_tables(filter_channels, requests);
    }
    if !node.is_cmsis_nn() {
        requests.scratch.extend((filter.tensor_type == TensorType::INT4).then_some(filter.elements() as u64));
        return Ok(());
    }
    let [batch, height, width, channels] = node.image(input)?;
    let options = node.options(node.operator().table.builtin_options_as_depthwise_conv_2_doptions())?;
    let window = Window {
        input: [height, width],
        filter: [filter_height, filter_width],
        stride: [positive(options.stride_h()), positive(options.stride_w())],
        dilation: [positive(options.dilation_h_factor()), positive(options.dilation_w_factor())],
        padding: options.padding(),
    };
    let is_fast = input.tensor_type == TensorType::INT8
        && batch == 1
        && channels == node.size(output, 3)?
        && window.dilation == [1, 1];
    // There is a kernel of its own for windows of 3 x 3, which needs no scratch.
    let is_small = filter.tensor_type == TensorType::INT8
        && window.filter == [3, 3]
        && window.padding_before().iter().all(|&padding| padding <= 1);
    if is_fast && !is_small {
        requests.scratch.push(product([2, channels, filter_height, filter_width]));
    }
    Ok(())
}

/// CMSIS-NN turns the operator into a convolution when there are more input channels than this.
const MOST_CHANNELS_WITHOUT_REVERSING: u64 = 16;

pub(super) fn transposed(node: &Node<'_>, requests: &mut Requests) -> Result<(), Unknown> {
    let (filter, input, output) = (node.input(1)?, node.input(2)?, node.output(0)?);
    let [channels_out, filter_height, filter_width, _] = node.image(filter)?;
    channel_tables(channels_out, requests);
    match input.tensor_type {
        TensorType::INT8 if node.is_cmsis_nn() => {
            let [_, _, width, channels] = node.image(input)?;
            let options = node.options(node.operator().table.builtin_options_as_transpose_conv_options())?;
            let (stride_height, stride_width) = (positive(options.stride_h()), positive(options.stride_w()));
            let is_reversed = stride_height <= 2 && stride_width <= 2 && channels > MOST_CHANNELS_WITHOUT_REVERSING;
            requests.scratch.extend(if is_reversed {
                let column = product([filter_height, filter_width, channels]).min(MOST);
                [2 * 2 * column.next_multiple_of(4), product([column, channels_out])]
            } else {
                // The width is compared with the vertical stride, as CMSIS-NN does.
                let row =
                    product([width.saturating_sub(1), stride_width]).saturating_add(filter_width.max(stride_height));
                [product([4, row, channels_out, filter_height.max(stride_height)]), 0]
            });
        }
        TensorType::INT8 => requests.scratch.push(4 * output.elements() as u64),
        TensorType::INT16 => {
            requests.scratch.push(8 * output.elements() as u64);
            if let Some(bias) = node.optional_input(3).filter(|bias| bias.tensor_type == TensorType::INT16) {
                requests.scratch.push(8 * bias.elements() as u64);
            }
        }
        _ => {}
    }
    Ok(())
}
