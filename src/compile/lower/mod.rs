//! From operators of the model to steps of the Program: one file per op, and the one list of them.

pub mod dsp;
mod node;
mod registry;
mod support;

mod abs;
mod add;
mod add_n;
mod arg_max;
mod arg_min;
mod assign_variable;
mod average_pool_2d;
mod batch_matmul;
mod batch_to_space_nd;
mod broadcast_args;
mod broadcast_to;
mod call_once;
mod cast;
mod ceil;
mod circular_buffer;
mod concatenation;
mod conv_2d;
mod cos;
mod cumsum;
mod depth_to_space;
mod depthwise_conv_2d;
mod dequantize;
mod div;
mod dynamic_update_slice;
mod elu;
mod embedding_lookup;
mod equal;
mod exp;
mod expand_dims;
mod fill;
mod floor;
mod floor_div;
mod floor_mod;
mod fully_connected;
mod gather;
mod gather_nd;
mod greater;
mod greater_equal;
mod hard_swish;
mod r#if;
mod l2_normalization;
mod l2_pool_2d;
mod leaky_relu;
mod less;
mod less_equal;
mod log;
mod log_softmax;
mod logical_and;
mod logical_not;
mod logical_or;
mod logistic;
mod max_pool_2d;
mod maximum;
mod mean;
mod minimum;
mod mirror_pad;
mod mul;
mod neg;
mod not_equal;
mod pack;
mod pad;
mod padv2;
mod prelu;
mod quantize;
mod read_variable;
mod reduce_all;
mod reduce_max;
mod reduce_min;
mod relu;
mod relu6;
mod reshape;
mod resize_bilinear;
mod resize_nearest_neighbor;
mod reverse_v2;
mod round;
mod rsqrt;
mod select_v2;
mod shape;
mod signal_delay;
mod signal_energy;
mod signal_fft_auto_scale;
mod signal_filter_bank;
mod signal_filter_bank_log;
mod signal_filter_bank_spectral_subtraction;
mod signal_filter_bank_square_root;
mod signal_framer;
mod signal_irfft;
mod signal_overlap_add;
mod signal_pcan;
mod signal_rfft;
mod signal_stacker;
mod signal_window;
mod sin;
mod slice;
mod softmax;
mod space_to_batch_nd;
mod space_to_depth;
mod split;
mod split_v;
mod sqrt;
mod square;
mod squared_difference;
mod squeeze;
mod strided_slice;
mod sub;
mod sum;
mod svdf;
mod tanh;
mod tflite_detection_postprocess;
mod tflm_decode;
mod transpose;
mod transpose_conv;
mod unidirectional_sequence_lstm;
mod unpack;
mod var_handle;
mod r#while;
mod zeros_like;

pub use node::{Node, TensorRef};
pub use registry::{ALL, find};

use super::error::Refusal;
use super::step::Lowered;

/// How one op is lowered.
pub struct Lowering {
    /// The name of the builtin operator, or the custom code.
    pub name: &'static str,
    /// The types it takes, for messages and the op table.
    pub types: &'static str,
    /// Checks one operator and lowers it.
    pub lower: fn(&Node<'_>) -> Result<Lowered, Refusal>,
}
