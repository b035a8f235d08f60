//! Which part of a model computes on quantised integers.

use crate::check::Context;
use crate::check::context::{Op, Value};
use crate::model::{BuiltinOperator as Kind, TensorType};

/// Whether an operator only takes values from one representation to another.
pub fn converts(op: &Op<'_>) -> bool {
    matches!(op.kind(), Kind::QUANTIZE | Kind::DEQUANTIZE | Kind::CAST)
}

fn is_quantised_activation(value: &Value<'_>) -> bool {
    value.data.is_none()
        && value.is_quantised()
        && matches!(value.tensor_type, TensorType::INT8 | TensorType::INT16 | TensorType::UINT8)
}

/// Whether an operator computes on quantised integers.
pub fn is_integer(op: &Op<'_>) -> bool {
    !converts(op) && op.inputs().any(|input| is_quantised_activation(&input))
}

/// Whether an operator computes on floats that are no constants.
pub fn is_float(op: &Op<'_>) -> bool {
    let is_float = |value: Value<'_>| value.tensor_type == TensorType::FLOAT32 && value.data.is_none();
    !converts(op) && op.inputs().any(is_float) && op.outputs().any(is_float)
}

/// Whether any operator of the model computes on quantised integers.
pub fn is_quantised(context: &Context<'_>) -> bool {
    context.ops().any(|op| is_integer(&op))
}
