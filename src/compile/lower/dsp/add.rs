//! ADD to [`micro_runtime::kernels::dsp::add`].

use micro_runtime::kernels::dsp::add::{INT8, Parameters};
use micro_runtime::kernels::support::binary::RescaledParameters;
use micro_runtime::program::KernelSet;

use super::super::support::binary::Pair;
use crate::compile::lower::Node;
use crate::compile::step::Lowered;

/// The step of a sum of operands of one shape.
pub fn step(node: &Node<'_>, pair: &Pair<'_>, sum: &RescaledParameters) -> Option<Lowered> {
    let elements = pair.output.elements;
    let parameters = Parameters { elements, left: sum.left, right: sum.right, output: sum.output };
    let is_plain = (pair.left.elements, pair.right.elements) == (elements, elements);
    let is_fit = node.kernel_set == KernelSet::Armv7em && is_plain && parameters.check().is_ok();
    is_fit.then(|| pair.step(&INT8, &parameters))
}
