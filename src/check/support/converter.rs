//! Lines for TensorFlow's converter that several remedies name.

/// Full-integer quantisation.
macro_rules! full_integer {
    () => {
        "converter.optimizations = [tf.lite.Optimize.DEFAULT]; converter.representative_dataset = samples; \
         converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]"
    };
}

/// Integers as inputs and outputs.
macro_rules! integer_interface {
    () => {
        "converter.inference_input_type = tf.int8; converter.inference_output_type = tf.int8"
    };
}

/// What to say where a tool has written quantisation that TensorFlow's converter would not.
macro_rules! let_the_converter_choose {
    () => {
        "do not set this quantisation by hand; let TensorFlow's converter choose it: \
         converter.optimizations = [tf.lite.Optimize.DEFAULT]; converter.representative_dataset = samples"
    };
}

pub(in crate::check) use {full_integer, integer_interface, let_the_converter_choose};
