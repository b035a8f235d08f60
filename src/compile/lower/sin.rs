//! SIN. The rule is in [`micro_runtime::kernels::sin`].

use micro_runtime::kernels::sin as kernel;

use super::Lowering;
use super::support::unary::lower_float;

pub(super) const LOWERING: Lowering =
    Lowering { name: "SIN", types: "float32", lower: |node| lower_float(node, &kernel::FLOAT32) };
