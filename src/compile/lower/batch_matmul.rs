//! BATCH_MATMUL. The rule and the layout are in [`micro_runtime::kernels::batch_matmul`].

use micro_runtime::arena::ElementType;
use micro_runtime::fixed::Multiplier;
use micro_runtime::kernels::batch_matmul::{self as kernel, Parameters, Shape};

use super::support::quantise::{output_stage, require_symmetric};
use super::{Lowering, Node, TensorRef};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};
use crate::model::schema::ActivationFunctionType;

pub(super) const LOWERING: Lowering = Lowering { name: "BATCH_MATMUL", types: "int8, int16, float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let (left, right, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    let element_type = left.known_type()?;
    right.require_type(element_type)?;
    output.require_type(element_type)?;
    let options = node.table().builtin_options_as_batch_mat_mul_options();
    let transposed = options.map(|options| (options.adj_x(), options.adj_y())).unwrap_or_default();
    let shape = shape(&left, &right, transposed)?;
    let [a, b, c] = shape.batches();
    let elements = [a, b, c, shape.rows, shape.columns].iter().try_fold(1u32, |product, &e| product.checked_mul(e));
    output.require_elements(elements.ok_or_else(|| {
        output
            .refusal("is too small for the product", "The shapes in the model contradict each other; convert it again.")
    })?)?;

    let (step, size) = match element_type {
        ElementType::Float32 => (Step::new(&kernel::FLOAT32, &shape), 4),
        ElementType::Int8 => (Step::new(&kernel::INT8, &parameters(&left, &right, &output, shape)?), 1),
        ElementType::Int16 => {
            [&left, &right, &output].into_iter().try_for_each(require_symmetric)?;
            (Step::new(&kernel::INT16, &parameters(&left, &right, &output, shape)?), 2)
        }
        _ => return Err(left.wrong_type("int8, int16 or float32")),
    };
    let step = step.input(left.id).input(right.id).output(output.id);
    if shape.left_batches != shape.batches() || shape.left_is_transposed != 0 {
        return Ok(step.into());
    }
    // The left side is read row by row, again for each element of the output row.
    let (rows, depth, columns) = ((output.elements / shape.columns) as i64, shape.depth as i64, shape.columns as i64);
    let at_row = |row: i64| row * columns + columns - 1 - row * depth;
    Ok(step.overlap(0, 0, size * at_row(0).max(at_row(rows - 1))).into())
}

fn shape(left: &TensorRef<'_>, right: &TensorRef<'_>, transposed: (bool, bool)) -> Result<Shape, Refusal> {
    let help = "The shapes in the model contradict each other; convert it again.";
    let (left_batches, [left_rows, left_columns]) = matrices(left)?;
    let (right_batches, [right_rows, right_columns]) = matrices(right)?;
    let (rows, left_depth) = if transposed.0 { (left_columns, left_rows) } else { (left_rows, left_columns) };
    let (columns, right_depth) = if transposed.1 { (right_rows, right_columns) } else { (right_columns, right_rows) };
    if left_depth != right_depth {
        return Err(right.refusal(
            format_args!("has shape {:?} with {right_depth} elements to sum over, {left_depth} needed", right.shape),
            help,
        ));
    }
    if left_batches.iter().zip(&right_batches).any(|(left, right)| left != right && *left != 1 && *right != 1) {
        return Err(right.refusal(
            format_args!("has shape {:?}, whose batches do not fit those of {:?}", right.shape, left.shape),
            help,
        ));
    }
    Ok(Shape {
        left_batches,
        right_batches,
        rows,
        depth: left_depth,
        columns,
        left_is_transposed: transposed.0 as u32,
        right_is_transposed: transposed.1 as u32,
    })
}

/// Three batch extents, 1 where there are fewer, and the extents of a matrix.
fn matrices(tensor: &TensorRef<'_>) -> Result<([u32; 3], [u32; 2]), Refusal> {
    if !(2..=5).contains(&tensor.rank()) || tensor.elements == 0 {
        return Err(tensor.refusal(
            format_args!("has shape {:?}, 2 to 5 dimensions needed, none of them 0", tensor.shape),
            "Reshape it so that its matrices have at most 3 batch dimensions.",
        ));
    }
    let mut extents = [1; 5];
    extents[5 - tensor.rank()..].copy_from_slice(&tensor.shape);
    let [a, b, c, y, x] = extents;
    Ok(([a, b, c], [y, x]))
}

fn parameters(
    left: &TensorRef<'_>,
    right: &TensorRef<'_>,
    output: &TensorRef<'_>,
    shape: Shape,
) -> Result<Parameters, Refusal> {
    Ok(Parameters {
        shape,
        left_offset: -left.zero_point()?,
        right_offset: -right.zero_point()?,
        multiplier: Multiplier::from_real(left.scale()? * right.scale()? / output.scale()?),
        output: output_stage(output, ActivationFunctionType::NONE)?,
    })
}
