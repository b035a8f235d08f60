//! CEIL. The rule is in [`micro_runtime::kernels::ceil`].

use micro_runtime::kernels::ceil as kernel;

use super::Lowering;
use super::support::unary::lower_float;

pub(super) const LOWERING: Lowering =
    Lowering { name: "CEIL", types: "float32", lower: |node| lower_float(node, &kernel::FLOAT32) };
