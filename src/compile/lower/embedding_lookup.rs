//! EMBEDDING_LOOKUP. The rule is in [`micro_runtime::kernels::embedding_lookup`].

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::embedding_lookup::{self as kernel, Parameters};

use super::{Lowering, Node};
use crate::compile::error::Refusal;
use crate::compile::step::{Lowered, Step};

pub(super) const LOWERING: Lowering =
    Lowering { name: "EMBEDDING_LOOKUP", types: "int8, float32, int8 to float32", lower };

fn lower(node: &Node<'_>) -> Result<Lowered, Refusal> {
    node.arity(2..=2, 1..=1)?;
    let (numbers, table, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
    numbers.require_type(ElementType::Int32)?;
    numbers.require_rank(1)?;
    if table.rank() < 2 {
        table.require_rank(2)?;
    }
    let (lookups, rows) = (numbers.elements, table.shape[0]);
    let mut shape = table.shape.clone();
    shape[0] = lookups;
    output.require_shape(&shape)?;
    // Of an empty table no row can be taken, whatever their length.
    let row_elements = table.elements.checked_div(rows).unwrap_or(0);
    if rows == 0 && output.elements > 0 {
        return Err(table.refusal(
            format_args!("has shape {:?}, no row to look up", table.shape),
            "The model is damaged; convert it again.",
        ));
    }
    let step = match (table.known_type()?, output.known_type()?) {
        (from, to) if from == to && [ElementType::Int8, ElementType::Float32].contains(&from) => {
            let row_bytes = row_elements.saturating_mul(from.size() as u32);
            Step::new(&kernel::BYTES, &Parameters { lookups, rows, row_elements: row_bytes, scale: 1.0 })
        }
        (ElementType::Int8, ElementType::Float32) => {
            super::support::quantise::require_symmetric(&table)?;
            let scale = table.scale()? as f32;
            Step::new(&kernel::HYBRID, &Parameters { lookups, rows, row_elements, scale })
        }
        (ElementType::Int8, _) => return Err(output.wrong_type("int8 or float32 with an int8 table")),
        (ElementType::Float32, _) => return Err(output.wrong_type("float32 with a float32 table")),
        _ => return Err(table.wrong_type("int8 or float32")),
    };
    Ok(step.input(numbers.id).input(table.id).output(output.id).into())
}
