//! ROUND. The rule is in [`micro_runtime::kernels::round`].

use micro_runtime::kernels::round as kernel;

use super::Lowering;
use super::support::unary::lower_float;

pub(super) const LOWERING: Lowering =
    Lowering { name: "ROUND", types: "float32", lower: |node| lower_float(node, &kernel::FLOAT32) };
