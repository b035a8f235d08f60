//! EXP. The rule is in [`micro_runtime::kernels::exp`].

use micro_runtime::kernels::exp as kernel;

use super::Lowering;
use super::support::unary::lower_float;

pub(super) const LOWERING: Lowering =
    Lowering { name: "EXP", types: "float32", lower: |node| lower_float(node, &kernel::FLOAT32) };
