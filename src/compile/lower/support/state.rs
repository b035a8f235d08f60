//! How large the memory that an op keeps from invocation to invocation may get.

use micro_runtime::arena::ElementType;

use crate::compile::error::Refusal;
use crate::compile::graph::MAXIMUM_TENSOR_BYTES;

/// The product of `extents`, when so many elements of state fit an arena.
pub fn state_elements(extents: &[u32], element_type: ElementType) -> Result<u32, Refusal> {
    let elements = extents.iter().try_fold(1u64, |product, &extent| product.checked_mul(u64::from(extent)));
    match elements {
        Some(elements) if elements.saturating_mul(element_type.size() as u64) <= MAXIMUM_TENSOR_BYTES => {
            Ok(elements as u32)
        }
        _ => Err(Refusal::unsupported(
            format!("it keeps {extents:?} elements, more than the {MAXIMUM_TENSOR_BYTES} bytes that an arena can hold"),
            "Lower its delay, frame size or context.",
        )),
    }
}
