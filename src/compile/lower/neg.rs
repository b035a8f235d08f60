//! NEG. The rule is in [`micro_runtime::kernels::neg`].

use micro_runtime::kernels::neg as kernel;

use super::Lowering;
use super::support::unary::lower_float;

pub(super) const LOWERING: Lowering =
    Lowering { name: "NEG", types: "float32", lower: |node| lower_float(node, &kernel::FLOAT32) };
