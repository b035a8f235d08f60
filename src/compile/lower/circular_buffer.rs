//! CIRCULAR_BUFFER. The rule and the layout are in [`micro_runtime::kernels::circular_buffer`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::circular_buffer::{INT8, Parameters};

use super::support::custom_options::Options;
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::graph::TensorId;
use crate::compile::step::{Initial, Lowered, Step};
use crate::model::{CustomOptions, Operator};

pub(super) const LOWERING: Lowering = Lowering { name: "CIRCULAR_BUFFER", types: "int8", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(1..=1, 1..=1)?;
    let (input, output) = (node.input(0)?, node.output(0)?);
    input.require_type(ElementType::Int8)?;
    output.require_type(ElementType::Int8)?;
    input.require_rank(4)?;
    output.require_rank(4)?;
    let slots = output.shape[1];
    let (outer, width, depth) = (output.shape[0], output.shape[2], output.shape[3]);
    input.require_shape(&[outer, 1, width, depth])?;
    if outer != 1 || slots == 0 || input.elements == 0 {
        return Err(output.refusal(
            format_args!("has shape {:?}, [1, slots, width, depth] with none of them 0 needed", output.shape),
            "Run the streaming model with a batch of 1.",
        ));
    }
    if !output.is_variable {
        return Err(output.refusal(
            "is no variable tensor, so it would not keep its slots",
            "Mark the output as a variable tensor when the streaming model is made.",
        ));
    }
    let stated = match node.custom_options() {
        [] => 0,
        _ => Options::of(node)?.int("cycles_max", i64::from(i32::MIN)..=i64::from(i32::MAX))?,
    };
    let cycles = if stated > 0 { stated as u32 } else { usual_cycles(node, &output) };
    let step = Step::new(&INT8, &Parameters { cycles }).input(input.id).output(output.id).state(
        ElementType::Uint32,
        1,
        Initial::Data(cycles.to_le_bytes().to_vec()),
    );
    Ok(step.into())
}

/// How many operators of a subgraph are looked at for the rule of the fifth; the models that it is for have dozens.
const OPERATORS_LOOKED_AT: usize = 1000;

/// Every how many invocations an output is due when the model does not say: 2, but 1 for certain layers of the two
/// streaming models that were made before models said it. TFLM tells those layers by their shape, and one of them also
/// by being the fifth of its kind.
fn usual_cycles(node: &Node<'_>, output: &TensorRef<'_>) -> u32 {
    let is_last = |shape: &[u32]| matches!(shape.get(1), Some(5 | 13 | 25));
    let may_be_fifth = |shape: &[u32]| matches!(shape, [_, _, 2, 96]);
    if is_last(&output.shape) {
        return 1;
    }
    if !may_be_fifth(&output.shape) {
        return 2;
    }
    let mut count = 0;
    let operators = &node.graph.model.subgraphs[node.subgraph].operators;
    for operator in operators.iter().take(OPERATORS_LOOKED_AT) {
        let Some(&index) = operator.outputs.first() else { continue };
        if operator.code != node.operator.code || states_cycles(operator) {
            continue;
        }
        count += 1;
        let shape = &node.graph.tensor(TensorId { subgraph: node.subgraph, index }).shape;
        let is_fifth = count == 5 && may_be_fifth(shape);
        if std::ptr::eq(operator, node.operator) {
            return if is_fifth { 1 } else { 2 };
        }
        if is_fifth || is_last(shape) {
            count = 0;
        }
    }
    2
}

fn states_cycles(operator: &Operator<'_>) -> bool {
    CustomOptions::read(operator.custom_options).and_then(|options| options.int("cycles_max")).is_ok_and(|n| n > 0)
}
