//! The kernels: one file per op, each with what it computes, its parameter record and the plain loop.
//!
//! A kernel is a [`Kernel`] constant. The host links [`all`]; a firmware names the ones it needs with
//! [`kernels!`](crate::kernels!), and the linker drops the rest.

mod call;
pub mod number;
mod registry;
pub mod support;

pub mod abs;
pub mod add;
pub mod add_n;
pub mod arg_max;
pub mod arg_min;
pub mod assign_variable;
pub mod average_pool_2d;
pub mod batch_matmul;
pub mod batch_to_space_nd;
pub mod broadcast_args;
pub mod broadcast_to;
pub mod call_once;
pub mod cast;
pub mod ceil;
pub mod circular_buffer;
pub mod concatenation;
pub mod conv_2d;
pub mod copy;
pub mod cos;
pub mod cumsum;
pub mod depthwise_conv_2d;
pub mod dequantize;
pub mod div;
pub mod dsp;
pub mod dynamic_update_slice;
pub mod elu;
pub mod embedding_lookup;
pub mod equal;
pub mod exp;
pub mod fill;
pub mod floor;
pub mod floor_div;
pub mod floor_mod;
pub mod fully_connected;
pub mod gather;
pub mod gather_nd;
pub mod greater;
pub mod greater_equal;
pub mod hard_swish;
pub mod r#if;
pub mod l2_normalization;
pub mod l2_pool_2d;
pub mod leaky_relu;
pub mod less;
pub mod less_equal;
pub mod log;
pub mod log_softmax;
pub mod logical_and;
pub mod logical_not;
pub mod logical_or;
pub mod logistic;
pub mod max_pool_2d;
pub mod maximum;
pub mod mean;
pub mod minimum;
pub mod mirror_pad;
pub mod mul;
pub mod neg;
pub mod not_equal;
pub mod pad;
pub mod prelu;
pub mod quantize;
pub mod read_variable;
pub mod reduce_all;
pub mod reduce_max;
pub mod reduce_min;
pub mod relu;
pub mod relu6;
pub mod resize_bilinear;
pub mod resize_nearest_neighbor;
pub mod reverse_v2;
pub mod round;
pub mod rsqrt;
pub mod select_v2;
pub mod shape;
pub mod signal_delay;
pub mod signal_energy;
pub mod signal_fft_auto_scale;
pub mod signal_filter_bank;
pub mod signal_filter_bank_log;
pub mod signal_filter_bank_spectral_subtraction;
pub mod signal_filter_bank_square_root;
pub mod signal_framer;
pub mod signal_irfft;
pub mod signal_overlap_add;
pub mod signal_pcan;
pub mod signal_rfft;
pub mod signal_stacker;
pub mod signal_window;
pub mod sin;
pub mod slice;
pub mod softmax;
pub mod space_to_batch_nd;
pub mod split;
pub mod sqrt;
pub mod square;
pub mod squared_difference;
pub mod strided_copy;
pub mod sub;
pub mod sum;
pub mod svdf;
pub mod tanh;
pub mod tflite_detection_postprocess;
pub mod tflm_decode;
pub mod transpose_conv;
pub mod unidirectional_sequence_lstm;
pub mod r#while;
pub mod zeros_like;

pub use call::{Call, Fault, MAXIMUM_RUNS, Op, volume};
pub(crate) use call::{Flow, Progress, accepts, view};
pub use registry::{PATHS, all};

/// One way to run one op on one combination of element types.
pub struct Kernel {
    /// Its number in Programs, made by [`code`].
    pub code: u32,
    /// The op and the variant, for people: `CONV_2D int8`.
    pub name: &'static str,
    /// Whether parameters and operands fit together, so that [`invoke`](Kernel::invoke) cannot go wrong.
    pub check: fn(&Op<'_>) -> Result<(), Fault>,
    /// Runs the op once.
    pub invoke: fn(&Call<'_>),
}

/// The code of a kernel: the op's number (TFLite's builtin code, or one of ours, see [`number`]) and a variant that the
/// op's file is free to choose.
pub const fn code(op: u16, variant: u16) -> u32 {
    (op as u32) << 16 | variant as u32
}

/// Makes the `find` function of a set of kernels, for [`Program::parse`](crate::program::Program::parse).
///
/// ```
/// use micro_runtime::kernels::{fully_connected, softmax};
///
/// micro_runtime::kernels! {
///     /// What this firmware can run.
///     pub fn find = [fully_connected::INT8, softmax::INT8];
/// }
/// assert!(find(softmax::INT8.code).is_some());
/// ```
///
/// A second line, `pub const CODES;`, makes the list of their codes, for a
/// [`FirmwareRecord`](crate::board::firmware::FirmwareRecord).
#[macro_export]
macro_rules! kernels {
    (
        $(#[$attribute:meta])* $visibility:vis fn $find:ident = [$($kernel:path),* $(,)?];
        $(#[$codes_attribute:meta])* $codes_visibility:vis const $codes:ident;
    ) => {
        $crate::kernels! { $(#[$attribute])* $visibility fn $find = [$($kernel),*]; }
        $(#[$codes_attribute])* $codes_visibility const $codes: &[u32] = &[$($kernel.code),*];
    };
    ($(#[$attribute:meta])* $visibility:vis fn $find:ident = [$($kernel:path),* $(,)?];) => {
        $(#[$attribute])*
        $visibility fn $find(code: u32) -> Option<&'static $crate::kernels::Kernel> {
            $(
                if code == const { $kernel.code } {
                    static KERNEL: $crate::kernels::Kernel = $kernel;
                    return Some(&KERNEL);
                }
            )*
            None
        }
    };
}
