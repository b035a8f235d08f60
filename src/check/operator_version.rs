//! Operators of a revision that is newer than what the kernels were written for.

use super::{Context, Findings, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "operator-version",
    severity: Severity::Warning,
    meaning: "An operator has a newer version than the kernels know; what the version adds may be ignored.",
    remedy: "compare the outputs with those of TensorFlow Lite on the same inputs; if they differ, convert again with \
             the TensorFlow release that this version of tinyml names, or update tinyml",
    check,
};

/// The newest version of builtin operators with several, as TensorFlow Lite registers them.
const NEWEST: &[(&str, i32)] = &[
    ("ABS", 5),
    ("ADD", 5),
    ("ARG_MAX", 3),
    ("ARG_MIN", 3),
    ("AVERAGE_POOL_2D", 3),
    ("BATCH_MATMUL", 4),
    ("BATCH_TO_SPACE_ND", 4),
    ("BROADCAST_TO", 3),
    ("CAST", 7),
    ("CONCATENATION", 4),
    ("CONV_2D", 8),
    ("DEPTHWISE_CONV_2D", 7),
    ("DEPTH_TO_SPACE", 2),
    ("DEQUANTIZE", 6),
    ("DIV", 2),
    ("DYNAMIC_UPDATE_SLICE", 4),
    ("EMBEDDING_LOOKUP", 4),
    ("EQUAL", 4),
    ("EXP", 2),
    ("FILL", 4),
    ("FLOOR_DIV", 3),
    ("FLOOR_MOD", 2),
    ("FULLY_CONNECTED", 14),
    ("GATHER", 7),
    ("GATHER_ND", 5),
    ("GREATER", 2),
    ("GREATER_EQUAL", 3),
    ("L2_NORMALIZATION", 2),
    ("LEAKY_RELU", 2),
    ("LESS", 3),
    ("LESS_EQUAL", 2),
    ("LOG", 2),
    ("LOGISTIC", 3),
    ("LOG_SOFTMAX", 2),
    ("MAXIMUM", 4),
    ("MAX_POOL_2D", 3),
    ("MEAN", 3),
    ("MINIMUM", 4),
    ("MIRROR_PAD", 3),
    ("MUL", 7),
    ("NOT_EQUAL", 3),
    ("PACK", 4),
    ("PAD", 4),
    ("PADV2", 4),
    ("QUANTIZE", 4),
    ("REDUCE_MAX", 3),
    ("REDUCE_MIN", 3),
    ("RELU", 3),
    ("RELU6", 3),
    ("RESIZE_BILINEAR", 4),
    ("RESIZE_NEAREST_NEIGHBOR", 4),
    ("REVERSE_V2", 3),
    ("RSQRT", 3),
    ("SELECT_V2", 2),
    ("SLICE", 6),
    ("SOFTMAX", 3),
    ("SPACE_TO_BATCH_ND", 4),
    ("SPACE_TO_DEPTH", 2),
    ("SPLIT", 4),
    ("SPLIT_V", 2),
    ("SQUARED_DIFFERENCE", 2),
    ("SQUEEZE", 2),
    ("STRIDED_SLICE", 8),
    ("SUB", 5),
    ("SUM", 2),
    ("SVDF", 4),
    ("TANH", 3),
    ("TRANSPOSE", 6),
    ("TRANSPOSE_CONV", 5),
    ("UNIDIRECTIONAL_SEQUENCE_LSTM", 4),
    ("UNPACK", 4),
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for op in context.ops().filter(|op| op.code.custom.is_none()) {
        let name = op.code.name();
        let is_known = context.facts.operators.iter().any(|operator| operator.name == name);
        let newest = NEWEST.iter().find(|(other, _)| *other == name).map_or(1, |&(_, newest)| newest);
        if is_known && op.code.version > newest {
            findings.add(op.place(), format!("version {}", op.code.version), format!("{newest} at most"));
        }
    }
}
