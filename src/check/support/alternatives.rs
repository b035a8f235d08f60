//! What to use in place of an operator that has no kernel.

use crate::model::nearest;

/// What does the same, or nearly, by name of the operator.
const ALTERNATIVES: &[(&str, &str)] = &[
    (
        "BIDIRECTIONAL_SEQUENCE_LSTM",
        "two UNIDIRECTIONAL_SEQUENCE_LSTM, one on the input after REVERSE_V2, and CONCATENATION",
    ),
    ("BIDIRECTIONAL_SEQUENCE_RNN", "UNIDIRECTIONAL_SEQUENCE_LSTM"),
    ("CONV_3D", "CONV_2D on each slice, then ADD"),
    ("DENSIFY", "dense weights: convert without converter.optimizations of sparsity"),
    ("FAKE_QUANT", "real quantisation: strip the training-time nodes by converting with tf.lite.Optimize.DEFAULT"),
    ("GELU", "HARD_SWISH or RELU6 in the model"),
    ("LOCAL_RESPONSE_NORMALIZATION", "batch normalisation, which the converter merges into the convolution before it"),
    ("LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM: tf.keras.layers.LSTM(..., unroll=False) and a fixed batch size"),
    ("MATRIX_DIAG", "MUL with a constant"),
    ("NON_MAX_SUPPRESSION_V4", "TFLite_Detection_PostProcess"),
    ("NON_MAX_SUPPRESSION_V5", "TFLite_Detection_PostProcess"),
    ("ONE_HOT", "GATHER from a constant identity matrix"),
    ("POW", "SQUARE, SQRT or MUL"),
    ("RANGE", "a constant"),
    ("RANK", "a constant: give the model fixed shapes"),
    ("REDUCE_ANY", "REDUCE_MAX on int8, or LOGICAL_OR"),
    ("REDUCE_PROD", "MUL of the parts"),
    ("RELU_0_TO_1", "MINIMUM and MAXIMUM, or RELU6 with scaled weights"),
    ("RELU_N1_TO_1", "MINIMUM and MAXIMUM, or TANH"),
    ("RFFT2D", "SignalRfft, on rows of int16"),
    ("RNN", "UNIDIRECTIONAL_SEQUENCE_LSTM"),
    ("SCATTER_ND", "CONCATENATION, PAD or SELECT_V2 with constant positions"),
    ("SELECT", "SELECT_V2: convert again with a current TensorFlow"),
    ("SPARSE_TO_DENSE", "a dense constant"),
    ("TILE", "BROADCAST_TO or CONCATENATION"),
    ("TOPK_V2", "ARG_MAX, or sorting the scores outside of the model"),
    ("UNIDIRECTIONAL_SEQUENCE_RNN", "UNIDIRECTIONAL_SEQUENCE_LSTM"),
    ("UNPACK_V2", "UNPACK"),
    ("WHERE", "SELECT_V2 with constant positions"),
];

/// The remedy for an operator without a kernel; `supported` are those with one.
pub fn instead_of<'n>(name: &str, supported: impl Iterator<Item = &'n str>) -> String {
    if let Some((_, other)) = ALTERNATIVES.iter().find(|(other, _)| *other == name) {
        return format!("use {other}");
    }
    if name.starts_with("Flex") {
        return "leave TensorFlow's own operators out: converter.target_spec.supported_ops without \
                tf.lite.OpsSet.SELECT_TF_OPS, and rewrite the layer that needs them"
            .to_string();
    }
    match nearest(name, supported)[..] {
        [] => "rewrite the layer with supported operators (the README lists them) before converting, or compute this part \
               outside of the model"
            .to_string(),
        [closest] => format!("the nearest supported operator by name is {closest}; rewrite the layer before converting"),
        ref close => {
            format!("the nearest supported operators by name are {}; rewrite the layer before converting", close.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_alternatives_come_first_then_names_alike() {
        let supported = ["CONV_2D", "SELECT_V2", "SignalFramer"];
        assert!(instead_of("TILE", supported.into_iter()).starts_with("use BROADCAST_TO"));
        assert!(instead_of("SignalFramerV2", supported.into_iter()).contains(" SignalFramer;"));
        assert!(instead_of("FlexErf", supported.into_iter()).contains("SELECT_TF_OPS"));
        assert!(instead_of("HASHTABLE", supported.into_iter()).contains("outside of the model"));
        assert!(instead_of("operator 4711", std::iter::empty()).contains("outside of the model"));
    }
}
