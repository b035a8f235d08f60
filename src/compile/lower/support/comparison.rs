//! What the six comparisons share.

use micro_runtime::arena::ElementType;
use micro_runtime::kernels::Kernel;
use micro_runtime::kernels::support::comparison::RescaledPair;

use super::binary::Pair;
use super::rescale::rescale;
use crate::compile::error::Refusal;
use crate::compile::lower::Node;
use crate::compile::step::Lowered;

/// The bits of headroom that quantised values are compared with.
const LEFT_SHIFT: u32 = 8;

/// Lowers a comparison to the kernel for its type among `kernels`; `types` names them for people.
pub fn lower(node: &Node<'_>, types: &str, kernels: &[(ElementType, Kernel)]) -> Result<Lowered, Refusal> {
    let pair = Pair::of(node)?;
    let element_type = pair.left.known_type()?;
    let Some((_, kernel)) = kernels.iter().find(|(takes, _)| *takes == element_type) else {
        return Err(pair.left.wrong_type(types));
    };
    pair.right.require_type(element_type)?;
    pair.output.require_type(ElementType::Bool)?;
    if element_type != ElementType::Int8 {
        return Ok(pair.step(kernel, &pair.broadcast));
    }
    let parameters = RescaledPair {
        broadcast: pair.broadcast,
        left: rescale(&pair.left, 1.0, LEFT_SHIFT)?,
        right: rescale(&pair.right, 1.0, LEFT_SHIFT)?,
    };
    Ok(pair.step(kernel, &parameters))
}
